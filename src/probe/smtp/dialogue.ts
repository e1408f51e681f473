/**
 * The conversation with one mail server: commands out, replies in, matched in order. Any number of commands may be
 * under way; each reply has its deadline. The first thing that goes wrong ends the conversation for all of them.
 */
import type { Socket } from 'node:net';
import type { Recorder } from '../trace.js';
import type { Answer, Failure } from './answer.js';
import { setDeadline } from './deadline.js';
import { ReplyParser, type Reply } from './reply-parser.js';
import { makeHarmless } from './reply-text.js';
import { describeTls, startTls, type TlsState } from './start-tls.js';

/** Milliseconds to wait for a reply, asked for when that reply is the next to come. */
export type Patience = () => number;

/** One command line, given without its line end. */
export interface Command {
  readonly line: string;
  readonly patience: Patience;
  /** Whether SMTPUTF8 was agreed on, so that the line may hold more than ASCII. */
  readonly utf8: boolean;
}

interface Waiting {
  readonly patience: Patience;
  readonly resolve: (answer: Answer) => void;
}

/** A conversation over a connected socket. Whoever opens one ends it, by `quit` or `close`. */
export class Dialogue {
  /** Replies of 4xx and 5xx so far; servers lose patience by this number. */
  refusals = 0;
  /** How the conversation is encrypted; null while it is not. */
  tls: TlsState | null = null;
  readonly #record: Recorder | null;
  #socket: Socket;
  #parser = new ReplyParser();
  #waiting: Waiting[] = [];
  #callOffDeadline: () => void = () => {};
  /** A reply that came although nothing was asked. */
  #unasked: Reply | null = null;
  /** Whether a TLS handshake is under way. */
  #encrypting = false;
  /** No reply is waited for longer than this, milliseconds. */
  #longestMs = Infinity;
  #failure: Failure | null = null;
  #closing = false;
  /** Whether the server has spoken, and would understand QUIT. */
  #quittable = false;
  readonly #listeners = {
    data: (chunk: Buffer) => this.#receive(chunk),
    error: (error: Error) => this.#fail({ event: 'hang-up', detail: error.message }),
    end: () => this.#fail({ event: 'hang-up', detail: 'the server closed the connection' }),
    close: () => this.#fail({ event: 'hang-up', detail: 'the connection was closed' }),
  };

  constructor(socket: Socket, record: Recorder | null) {
    this.#socket = socket;
    this.#record = record;
    this.#listen();
  }

  /** Whether commands can still get answers: nothing failed, and the server has not said 421. */
  get usable(): boolean {
    return this.#failure === null && !this.#closing;
  }

  /** Whether a reply came that was not asked for, and is not the 421 that may come at any time. */
  get strayed(): boolean {
    return this.#unasked !== null && this.#unasked.code !== 421;
  }

  /** The reply that a server opens with, before it is asked anything. */
  greeting(timeoutMs: number): Promise<Answer> {
    return this.#expect(() => timeoutMs);
  }

  /** Sends one command line of ASCII and gives the answer; see `askTogether`. */
  ask(line: string, timeoutMs: number): Promise<Answer> {
    return this.askTogether([{ line, patience: () => timeoutMs, utf8: false }])[0] as Promise<Answer>;
  }

  /**
   * Sends command lines in one piece (more than one only where PIPELINING is offered, RFC 2920) and gives the answer to
   * each. Replies are matched to commands in the order of the calls. Throws, sending nothing, on what is not one line
   * of printable ASCII, or, where SMTPUTF8 was agreed on, of printable UTF-8: that would be a bug.
   */
  askTogether(commands: readonly Command[]): Promise<Answer>[] {
    for (const command of commands) assertOneLine(command);
    const early = this.#takeUnasked();
    if (early !== null) return commands.map(() => Promise.resolve(early));
    if (this.#failure === null) {
      for (const { line } of commands) this.#record?.('C', line);
      const bytes = commands.some(({ utf8 }) => utf8) ? 'utf8' : 'latin1';
      this.#socket.write(commands.map(({ line }) => `${line}\r\n`).join(''), bytes);
    }
    return commands.map(({ patience }) => this.#expect(patience));
  }

  /** Goes on encrypted, after STARTTLS was answered by 220; null, or why that failed. */
  async startTls(mxHost: string, timeoutMs: number): Promise<Failure | null> {
    if (this.#failure !== null) return this.#failure;
    // RFC 3207 section 4.2: whatever was received up to here, asked for or not, counts for nothing.
    this.#stopListening();
    this.#parser = new ReplyParser();
    this.#unasked = null;
    this.#quittable = false;
    this.#encrypting = true;
    const outcome = await startTls(this.#socket, mxHost, timeoutMs);
    this.#encrypting = false;
    if (outcome.event !== 'encrypted') {
      this.#fail(outcome);
      return outcome;
    }
    this.#record?.('*', describeTls(outcome.state));
    this.#socket = outcome.socket;
    this.tls = outcome.state;
    this.refusals = 0;
    this.#quittable = true;
    this.#listen();
    return null;
  }

  /**
   * Says QUIT, waits for the reply at most so long, and closes. A server that fell silent or talked too much is told
   * without waiting; one that hung up, or never spoke SMTP, is not told (RFC 5321 section 4.1.1.10).
   */
  async quit(graceMs: number): Promise<void> {
    const { event } = this.#failure ?? { event: null };
    if (this.#quittable && event === null) {
      // Replies to what was sent before may still be due, each with a patience of its own.
      const hurry = setTimeout(() => this.close(), graceMs);
      await this.ask('QUIT', graceMs);
      clearTimeout(hurry);
    } else if (this.#quittable && (event === 'timeout' || event === 'reply-too-long')) await this.#sayQuit(graceMs);
    this.close();
  }

  /** From now on no reply is waited for longer than this, the one under way included; a handshake is broken off. */
  hurry(longestMs: number): void {
    this.#longestMs = longestMs;
    if (this.#encrypting) this.#socket.destroy();
    else this.#startDeadline();
  }

  /** Ends the connection at once; whoever still waits gets a hang-up. */
  close(): void {
    this.#fail({ event: 'hang-up', detail: 'closed by us' }, 'closed');
    this.#socket.destroy();
  }

  #listen(): void {
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.on(event, listener);
  }

  #stopListening(): void {
    // The error listener stays: a socket without one would end the process.
    const { data, end, close } = this.#listeners;
    this.#socket.off('data', data).off('end', end).off('close', close);
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== null) return;
    const replies = this.#parser.push(chunk);
    for (const reply of replies) this.#take(reply);
    const { fault } = this.#parser;
    if (fault !== null) this.#fail(fault);
    else if (replies.length > 0) this.#startDeadline();
  }

  #take(reply: Reply): void {
    // One reply too many says it all; a flood of them is not worth keeping.
    if (this.#waiting.length === 0 && this.#unasked !== null) return;
    if (this.#record !== null) recordReply(this.#record, reply);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#unasked ??= reply;
      this.#socket.pause();
    } else {
      this.#quittable = true;
      this.#note(reply);
      waiting.resolve({ event: 'reply', reply });
    }
  }

  #note(reply: Reply): void {
    if (reply.code >= 400) this.refusals += 1;
    if (reply.code === 421) this.#closing = true;
  }

  /** A 421 may come at any time (RFC 5321 section 3.8); after any other stray reply nothing can be matched any more. */
  #takeUnasked(): Answer | null {
    const reply = this.#unasked;
    if (reply === null || this.#failure !== null) return null;
    this.#unasked = null;
    if (reply.code === 421) {
      this.#note(reply);
      this.#socket.resume();
      return { event: 'reply', reply };
    }
    this.#fail({ event: 'not-smtp', detail: `a reply that was not asked for: ${reply.code} ${reply.text}` });
    return this.#failure;
  }

  #expect(patience: Patience): Promise<Answer> {
    if (this.#failure !== null) return Promise.resolve(this.#failure);
    return new Promise((resolve) => {
      this.#waiting.push({ patience, resolve });
      if (this.#waiting.length === 1) this.#startDeadline();
    });
  }

  /** The deadline of the reply that is next; a reply that trickles in does not extend it. */
  #startDeadline(): void {
    this.#callOffDeadline();
    const patience = this.#waiting[0]?.patience();
    if (patience === undefined || this.#failure !== null) return;
    const timeoutMs = Math.min(patience, this.#longestMs);
    this.#callOffDeadline = setDeadline(timeoutMs, () =>
      this.#fail({ event: 'timeout', detail: `no reply within ${timeoutMs} ms` }),
    );
  }

  #fail(failure: Failure, note = `${failure.event}: ${failure.detail}`): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.#callOffDeadline();
    this.#record?.('*', makeHarmless(note));
    // Nothing more is read, however much the server goes on to send.
    this.#socket.pause();
    for (const { resolve } of this.#waiting.splice(0)) resolve(failure);
  }

  #sayQuit(graceMs: number): Promise<void> {
    this.#record?.('C', 'QUIT');
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#socket.end('QUIT\r\n', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function recordReply(record: Recorder, { code, lines }: Reply): void {
  for (const [i, line] of lines.entries()) record('S', `${code}${i < lines.length - 1 ? '-' : ' '}${line}`);
}

/** The one guard before the wire: one line of printable text (RFC 5321 section 4.1.1; RFC 6531 section 3.3). */
function assertOneLine({ line, utf8 }: Command): void {
  const printable = utf8 ? /^(?:(?!\p{Cc}|\p{Surrogate}|[\u2028\u2029]).)+$/su : /^[\x20-\x7e]+$/;
  if (!printable.test(line)) throw new Error(`not a command line: ${JSON.stringify(line)}`);
}
