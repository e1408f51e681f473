/**
 * Where mail servers connect to: a TCP port, or a socket in the file system.
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';

/** Where to listen. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number };

/** Connections at once: a Postfix has 100 of them at most, unless told otherwise (default_process_limit). */
const mostConnections = 1000;

/** It cannot be listened there. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** A door that is open. */
export interface Door {
  /** For people, with the port where any would do. */
  readonly at: string;
  readonly connections: () => number;
  /** Lets nobody in any more, and resolves when all have left. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the door: `serve` is given each connection, with an error listener to add; `refused` is told of one too many. What a process that was
 * killed left behind at the path is removed. @throws ListenError
 */
export async function openDoor(
  endpoint: Endpoint,
  serve: (socket: Socket) => void,
  refused: () => void,
): Promise<Door> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve);
  server.maxConnections = mostConnections;
  server.on('drop', refused);
  if (endpoint.kind === 'unix') await clearAway(endpoint.path);
  await listen(server, endpoint);
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  return {
    at: nameOf(endpoint, server),
    connections: () => open,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function listen(server: Server, endpoint: Endpoint): Promise<void> {
  const where: ListenOptions = endpoint.kind === 'tcp' ? { host: endpoint.host, port: endpoint.port } : endpoint;
  // Until its mode is set, the socket is nobody's.
  const umask = endpoint.kind === 'unix' ? process.umask(0o777) : null;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(where, resolve);
      if (umask !== null) process.umask(umask);
    });
    if (endpoint.kind === 'unix') chmodSync(endpoint.path, endpoint.mode);
  } catch (error) {
    throw new ListenError(`cannot listen at ${nameOf(endpoint, null)}: ${whyNot(error)}`, { cause: error });
  }
}

function nameOf(endpoint: Endpoint, server: Server | null): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  const address = server?.address();
  const port = typeof address === 'object' && address !== null ? address.port : endpoint.port;
  return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${port}`;
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there';
    case 'EADDRNOTAVAIL':
      return 'that is no address of this host';
    case 'EACCES':
    case 'EPERM':
      return 'no permission';
    default:
      return message;
  }
}

/** Removes a socket that nobody listens at. Anything else that is there is left alone. */
async function clearAway(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSocket() && !(await isListenedAt(path))) unlinkSync(path);
}

async function isListenedAt(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
    });
  } finally {
    socket.destroy();
  }
}
