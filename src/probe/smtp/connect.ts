/**
 * TCP connections to mail servers, with a deadline, and the operating system's errors put into the survey's words.
 */
import { connect as netConnect, isIPv6, type Socket } from 'node:net';
import type { Failure } from './answer.js';
import { setDeadline } from './deadline.js';

/** Where to connect to, and from where. */
export interface Target {
  /** IPv4 or IPv6 literal; names are never looked up here. */
  readonly address: string;
  readonly port: number;
  /** Our own address to connect from; null leaves it to the system. */
  readonly sourceAddress: string | null;
}

/** Starts a connection; the socket given back is still connecting. */
export type Connector = (target: Target) => Socket;

/** The connector for real networks. */
export const connectTcp: Connector = ({ address, port, sourceAddress }) =>
  netConnect({
    host: address,
    port,
    noDelay: true,
    ...(sourceAddress === null ? {} : { localAddress: sourceAddress }),
  });

/** Connections cannot be opened from this machine, whatever the server: calling it unreachable would falsify the survey. */
export class LocalFault extends Error {
  override readonly name = 'LocalFault';
}

/** Faults of this machine, and what helps. */
const ownFaults: Readonly<Record<string, string>> = {
  EMFILE: 'too many files are open; raise the limit (ulimit -n) or lower --concurrency',
  ENFILE: 'too many files are open in the whole system; lower --concurrency',
  ENOBUFS: 'the system is out of buffers; lower --concurrency',
  ENOMEM: 'the system is out of memory; lower --concurrency',
  EADDRINUSE: 'all local ports are in use; lower --concurrency, or add a --source-address',
};
/** What is wrong where the source address was given. */
const badSource: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'the --source-address is not one of this host',
  EINVAL: 'the --source-address cannot reach there',
};

/**
 * A connected socket, or why there is none. The signal breaks it off (the outcome is then of no meaning).
 * @throws LocalFault where this machine is: out of file descriptors, of ports, or the source address is not its own.
 */
export async function openConnection(
  connect: Connector,
  target: Target,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket | Failure> {
  const { sourceAddress } = target;
  if (sourceAddress !== null && isIPv6(sourceAddress) !== isIPv6(target.address))
    return { event: 'network-unreachable', detail: `the source address ${sourceAddress} is of the other IP version` };
  const socket = connect(target);
  const failure = await settle(socket, timeoutMs, signal);
  if (failure === null) return socket;
  socket.destroy();
  if (failure instanceof Error) return failureOf(failure, target);
  return failure;
}

/** Null once connected. Leaves an error listener behind, since a socket without one ends the process. */
function settle(socket: Socket, timeoutMs: number, signal: AbortSignal): Promise<Failure | Error | null> {
  return new Promise((resolve) => {
    const callOff = setDeadline(timeoutMs, () =>
      done({ event: 'connection-timeout', detail: `no connection within ${timeoutMs} ms` }),
    );
    const abort = () => done({ event: 'connection-timeout', detail: 'interrupted' });
    function done(outcome: Failure | Error | null): void {
      callOff();
      signal.removeEventListener('abort', abort);
      resolve(outcome);
    }
    socket.once('connect', () => done(null));
    socket.on('error', done);
    signal.addEventListener('abort', abort);
  });
}

function failureOf(error: NodeJS.ErrnoException, target: Target): Failure {
  const code = error.code ?? '';
  const own = ownFaults[code] ?? (target.sourceAddress === null ? undefined : badSource[code]);
  if (own !== undefined) throw new LocalFault(`cannot open connections: ${own}`, { cause: error });
  const detail = error.message;
  // A reset that comes instead of the handshake reads ECONNREFUSED: this one came right after it.
  if (code === 'ECONNRESET') return { event: 'hang-up', detail };
  if (code === 'ECONNREFUSED') return { event: 'connection-refused', detail };
  if (code === 'ETIMEDOUT') return { event: 'connection-timeout', detail };
  return { event: 'network-unreachable', detail };
}
