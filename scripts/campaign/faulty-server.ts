/**
 * A mail server that is good until a stage, and there does what its case says, in every session. Counts what a client
 * is held to: sessions at once, sessions in all, QUIT.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import tls from 'node:tls';
import { certificate, privateKey } from '../fake-internet/certificate.js';
import type { FaultCase, Stage } from './faults.js';
import type { Line } from './faulty-line.js';

let secureContext: tls.SecureContext | undefined;

/** What a server saw. */
export interface Sightings {
  sessions: number;
  open: number;
  mostOpen: number;
  /** Recipients asked about in one session, at most. */
  mostRecipients: number;
}

/** What all servers share. */
export interface Surroundings {
  /** Milliseconds between the bytes of a trickle. */
  readonly trickleMs: number;
  /** Counts what all of them see together. */
  readonly all: Sightings;
}

/** A server that listens. */
export interface FaultyServer {
  readonly port: number;
  readonly seen: Sightings;
  close(): Promise<void>;
}

/** Starts the server of a case at an address of loopback; at port 0, on one that is free. */
export async function startFaultyServer(
  fault: FaultCase,
  address: string,
  port: number,
  { trickleMs, all }: Surroundings,
): Promise<FaultyServer> {
  const seen: Sightings = { sessions: 0, open: 0, mostOpen: 0, mostRecipients: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    void countSession([seen, all], socket);
    new FaultySession(fault, socket, trickleMs, seen).start();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host: address, port, backlog: 16_384 }, resolve);
  });
  return { port: portOf(server), seen, close: () => stop(server, sockets) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

/**
 * A session is open until one side hangs up. Those that ended before this one came are to be counted out first: their
 * last data and their end take a turn each.
 */
async function countSession(tallies: readonly Sightings[], socket: Socket): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  const isOver = socket.destroyed || socket.readableEnded;
  for (const tally of tallies) countIn(tally, isOver ? 0 : 1);
  if (isOver) return;
  const leave = (): void => {
    socket.off('end', leave).off('finish', leave).off('close', leave);
    for (const tally of tallies) tally.open -= 1;
  };
  socket.on('end', leave).on('finish', leave).on('close', leave);
}

function countIn(tally: Sightings, open: number): void {
  tally.sessions += 1;
  tally.open += open;
  tally.mostOpen = Math.max(tally.mostOpen, tally.open);
}

async function stop(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

const replies: Readonly<Record<Exclude<Stage, 'ehlo'>, string>> = {
  greeting: '220 mx.example ESMTP',
  starttls: '220 2.0.0 go ahead',
  mail: '250 2.1.0 Ok',
  rcpt: '250 2.1.5 Ok',
  rset: '250 2.0.0 Ok',
  quit: '221 2.0.0 Bye',
};
const stageOf: Readonly<Record<string, Stage>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'starttls',
  MAIL: 'mail',
  RCPT: 'rcpt',
  RSET: 'rset',
  QUIT: 'quit',
};

class FaultySession implements Line {
  readonly trickleMs: number;
  readonly #fault: FaultCase;
  readonly #seen: Sightings;
  #recipients = 0;
  #socket: Socket;
  #secure = false;
  #input = '';
  #command = '';
  #stage: Stage = 'greeting';
  #pipelined = 0;
  #deaf = false;

  constructor(fault: FaultCase, socket: Socket, trickleMs: number, seen: Sightings) {
    this.#fault = fault;
    this.#seen = seen;
    this.#socket = socket;
    this.trickleMs = trickleMs;
  }

  start(): void {
    this.#listen();
    this.#answer();
  }

  get socket(): Socket {
    return this.#socket;
  }

  write(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  say(reply: string): void {
    this.write(`${reply}\r\n`);
    this.goOn();
  }

  goOn(): void {
    this.#deaf = false;
    if (this.#stage === 'quit') this.#socket.end();
    if (this.#stage === 'starttls') this.#encrypt();
  }

  get pipelined(): number {
    return this.#pipelined;
  }

  #listen(): void {
    this.#socket
      .on('error', () => this.#socket.destroy())
      .on('end', () => this.#socket.end())
      .on('data', (chunk: Buffer) => this.#hear(chunk));
  }

  #hear(chunk: Buffer): void {
    const lines = `${this.#input}${chunk.toString('latin1')}`.split('\r\n');
    this.#input = lines.pop() ?? '';
    for (const [at, line] of lines.entries()) {
      this.#command = line;
      this.#stage = stageOf[line.split(' ', 1)[0] ?? ''] ?? 'rset';
      this.#pipelined = at;
      if (this.#stage === 'rcpt') this.#countRecipient();
      if (!this.#deaf && this.#socket.writable) this.#answer();
    }
  }

  #countRecipient(): void {
    this.#recipients += 1;
    this.#seen.mostRecipients = Math.max(this.#seen.mostRecipients, this.#recipients);
  }

  #answer(): void {
    const reply = this.#reply();
    if (this.#stage !== this.#fault.stage) return this.say(reply);
    this.#deaf = true;
    this.#fault.strike(this, reply);
  }

  #reply(): string {
    const needsTls = this.#fault.stage === 'starttls' && !this.#secure;
    if (this.#stage === 'mail' && needsTls) return '530 5.7.0 STARTTLS first';
    if (this.#stage !== 'ehlo') return replies[this.#stage];
    const lines = ['250-mx.example', ...(needsTls ? ['250-STARTTLS'] : []), '250 PIPELINING'];
    return this.#command.startsWith('HELO') ? '250 mx.example' : lines.join('\r\n');
  }

  #encrypt(): void {
    const plain = this.#socket.removeAllListeners('data').removeAllListeners('end');
    secureContext ??= tls.createSecureContext({ cert: certificate, key: privateKey });
    this.#socket = new tls.TLSSocket(plain, { isServer: true, secureContext });
    this.#secure = true;
    this.#input = '';
    this.#listen();
  }
}
