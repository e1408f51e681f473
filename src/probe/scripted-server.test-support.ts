/**
 * Mail servers for the tests, on loopback, that follow a transcript: `S:` lines are sent, `C:` lines are waited for and
 * must match, and `*:` lines are what else a server can do: `close`, `reset`, `silence`, `starttls`, `not tls`,
 * `flood`, `pause`, `send TEXT` (without a line end).
 */
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';

const fixtures = new URL('../../fixtures/smtp/', import.meta.url);
const key = readFileSync(new URL('tls-key.pem', fixtures));
const cert = readFileSync(new URL('tls-cert.pem', fixtures));

interface Step {
  readonly side: 'C' | 'S' | '*';
  readonly text: string;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** What the client sent, line by line, all connections after each other. */
  readonly received: string[];
  /** Where a client left the script. */
  readonly mismatches: string[];
  /** The names that clients asked for in TLS handshakes. */
  readonly serverNames: unknown[];
  /** The clients' addresses, one for each connection. */
  readonly peers: string[];
  /** Resolves when every connection so far is closed. */
  closed(): Promise<void>;
}

/** The transcript in `fixtures/smtp/NAME.txt`. */
export function readTranscript(name: string): string {
  return readFileSync(new URL(`${name}.txt`, fixtures), 'utf8');
}

function parseTranscript(text: string): Step[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [side] = line;
    if ((side !== 'C' && side !== 'S' && side !== '*') || line[1] !== ':')
      throw new Error(`not a transcript line: ${line}`);
    return { side, text: line.slice(2).trimStart() };
  });
}

/** How the bytes of one reply are cut into packets and what ends a line. */
export interface Delivery {
  readonly lineEnd?: string;
  readonly byteByByte?: boolean;
}

/** Starts a server on `address` that plays the transcript on every connection. */
export async function startScriptedServer(
  transcript: string,
  delivery: Delivery = {},
  address = '127.0.0.1',
): Promise<ScriptedServer> {
  const steps = parseTranscript(transcript);
  const received: string[] = [];
  const mismatches: string[] = [];
  const peers: string[] = [];
  const serverNames: ScriptedServer['serverNames'] = [];
  const open = new Set<Socket>();
  const playing: Promise<void>[] = [];
  const server = createServer((socket) => {
    open.add(socket);
    peers.push(socket.remoteAddress ?? '');
    playing.push(
      play(socket, steps, { received, mismatches, serverNames, delivery }).finally(() => open.delete(socket)),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, address, resolve));
  const closed = async () => void (await Promise.all(playing));
  return {
    port: portOf(server),
    received,
    mismatches,
    peers,
    serverNames,
    closed,
    [Symbol.asyncDispose]: () => stop(server, open, closed),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

async function stop(server: Server, open: ReadonlySet<Socket>, closed: () => Promise<void>): Promise<void> {
  for (const socket of open) socket.destroy();
  await closed();
  await new Promise((resolve) => void server.close(resolve));
}

interface Stage {
  readonly received: string[];
  readonly mismatches: string[];
  readonly serverNames: unknown[];
  readonly delivery: Delivery;
}

async function play(raw: Socket, steps: readonly Step[], stage: Stage): Promise<void> {
  let socket = raw;
  const over = new Promise<void>((resolve) => void raw.once('close', () => resolve()));
  raw.on('error', () => {});
  let lines = new Lines(socket, stage.received);
  let held = '';
  for (const [i, step] of steps.entries()) {
    if (step.side === 'S') {
      // Lines that follow each other go out in one packet.
      held += `${step.text}${stage.delivery.lineEnd ?? '\r\n'}`;
      if (steps[i + 1]?.side === 'S') continue;
      await send(socket, held, stage.delivery);
      held = '';
    } else if (step.side === 'C') {
      const line = await lines.next();
      if (line === null) break;
      if (line !== step.text) stage.mismatches.push(`expected ${step.text}, got ${line}`);
    } else if (step.text === 'starttls') {
      lines.stop();
      const secure = await encrypt(socket);
      stage.serverNames.push(nameAskedFor(secure));
      socket = secure;
      lines = new Lines(socket, stage.received);
    } else if (step.text === 'not tls') {
      lines.stop();
      socket.write('this is not a TLS handshake\r\n');
    } else if (step.text.startsWith('send ')) {
      await send(socket, step.text.slice(5), stage.delivery);
    } else if (step.text === 'flood') {
      socket.write('250-'.padEnd(200_000, 'x'));
    } else if (step.text === 'pause') {
      await wait(20);
    } else if (step.text === 'reset') {
      raw.resetAndDestroy();
    } else if (step.text === 'close') {
      socket.end();
    } else if (step.text !== 'silence') {
      throw new Error(`not a stage direction: ${step.text}`);
    }
  }
  // Whatever the client says after the script's end is kept, too.
  while ((await lines.next()) !== null);
  raw.destroy();
  await over;
}

async function encrypt(socket: Socket): Promise<TLSSocket> {
  const secure = new TLSSocket(socket, { isServer: true, key, cert });
  secure.on('error', () => {});
  await new Promise<void>((resolve) => {
    secure.once('secure', () => resolve());
    secure.once('close', () => resolve());
  });
  return secure;
}

/** The name in the handshake (SNI), which Node's types do not know of. */
function nameAskedFor(socket: TLSSocket): unknown {
  return Reflect.get(socket, 'servername');
}

async function send(socket: Socket, text: string, { byteByByte = false }: Delivery): Promise<void> {
  if (!byteByByte) return void socket.write(text);
  for (const byte of Buffer.from(text)) {
    socket.write(Buffer.of(byte));
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

/** The lines that come in over a socket. */
class Lines {
  readonly #socket: Socket;
  readonly #received: string[];
  readonly #ready: string[] = [];
  readonly #changes = new EventEmitter();
  #rest = '';
  #ended = false;

  constructor(socket: Socket, received: string[]) {
    this.#socket = socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd);
    this.#received = received;
  }

  /** The next line, or null once the client is gone. */
  async next(): Promise<string | null> {
    while (this.#ready.length === 0 && !this.#ended) await once(this.#changes, 'change');
    return this.#ready.shift() ?? null;
  }

  stop(): void {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer) => {
    const parts = `${this.#rest}${chunk.toString()}`.split('\r\n');
    this.#rest = parts.pop() ?? '';
    this.#ready.push(...parts);
    this.#received.push(...parts);
    this.#changes.emit('change');
  };

  readonly #onEnd = () => {
    this.#ended = true;
    this.#changes.emit('change');
  };
}
