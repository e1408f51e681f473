/**
 * A policy service as Postfix asks it (SMTPD_POLICY_README): attributes line by line, an empty line, one action.
 */
import { createServer, type Socket } from 'node:net';

/** What Postfix tells about a request, such as `sender` and `recipient`. */
export type Attributes = Readonly<Record<string, string>>;

/** A running policy service. */
export interface PolicyService {
  /** For check_policy_service. */
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** Starts a service on loopback that answers each request with the action that `decide` gives. */
export async function startPolicyService(decide: (attributes: Attributes) => string): Promise<PolicyService> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    serve(socket, decide);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `inet:127.0.0.1:${address.port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function serve(socket: Socket, decide: (attributes: Attributes) => string): void {
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
    for (let end = received.indexOf('\n\n'); end !== -1; end = received.indexOf('\n\n')) {
      const lines = received.slice(0, end).split('\n');
      received = received.slice(end + 2);
      const attributes = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
      socket.write(`action=${decide(Object.fromEntries(attributes) as Attributes)}\n\n`);
    }
  });
}
