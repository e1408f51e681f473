/**
 * The conversation with one mail server: commands out, replies in, matched in order. Any number of commands may be
 * under way; each reply has its deadline. The first thing that goes wrong ends the conversation for all of them.
 */
import type { Socket } from 'node:net';
import type { Recorder } from '../trace.js';
import type { Answer, Failure } from './answer.js';
import { ReplyParser, type Reply } from './reply-parser.js';
import { makeHarmless } from './reply-text.js';
import { startTls } from './start-tls.js';

interface Waiting {
  readonly timeoutMs: number;
  readonly resolve: (answer: Answer) => void;
}

/** A conversation over a connected socket. Whoever opens one ends it, by `quit` or `close`. */
export class Dialogue {
  /** Replies of 4xx and 5xx so far; servers lose patience by this number. */
  refusals = 0;
  encrypted = false;
  readonly #record: Recorder;
  #socket: Socket;
  #parser = new ReplyParser();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** A reply that came although nothing was asked. */
  #unasked: Reply | null = null;
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

  constructor(socket: Socket, record: Recorder) {
    this.#socket = socket;
    this.#record = record;
    this.#listen();
  }

  /** Whether commands can still get answers: nothing failed, and the server has not said 421. */
  get usable(): boolean {
    return this.#failure === null && !this.#closing;
  }

  /** The reply that a server opens with, before it is asked anything. */
  greeting(timeoutMs: number): Promise<Answer> {
    return this.#expect(timeoutMs);
  }

  /**
   * Sends one command line, given without its line end, and gives the answer. Replies are matched to commands in the
   * order of the calls. Throws, sending nothing, on what is not one line of printable ASCII, or, where `utf8` says that
   * SMTPUTF8 was agreed on, of printable UTF-8: that would be a bug.
   */
  ask(command: string, timeoutMs: number, utf8 = false): Promise<Answer> {
    assertOneLine(command, utf8);
    const early = this.#takeUnasked();
    if (early !== null) return Promise.resolve(early);
    if (this.#failure === null) {
      this.#record('C', command);
      this.#socket.write(`${command}\r\n`);
    }
    return this.#expect(timeoutMs);
  }

  /** Goes on encrypted, after STARTTLS was answered by 220; null, or why that failed. */
  async startTls(mxHost: string, timeoutMs: number): Promise<Failure | null> {
    if (this.#failure !== null) return this.#failure;
    // RFC 3207 section 4.2: whatever was received up to here, asked for or not, counts for nothing.
    this.#stopListening();
    this.#parser = new ReplyParser();
    this.#unasked = null;
    this.#quittable = false;
    const outcome = await startTls(this.#socket, mxHost, timeoutMs);
    if (outcome.event !== 'encrypted') {
      this.#fail(outcome);
      return outcome;
    }
    this.#record('*', outcome.detail);
    this.#socket = outcome.socket;
    this.encrypted = true;
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
    if (this.#quittable && event === null) await this.ask('QUIT', graceMs);
    else if (this.#quittable && (event === 'timeout' || event === 'reply-too-long')) await this.#sayQuit(graceMs);
    this.close();
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
    for (const reply of this.#parser.push(chunk)) this.#take(reply);
    const { fault } = this.#parser;
    if (fault !== null) this.#fail(fault);
  }

  #take(reply: Reply): void {
    reply.lines.forEach((line, i) =>
      this.#record('S', `${reply.code}${i < reply.lines.length - 1 ? '-' : ' '}${line}`),
    );
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#unasked ??= reply;
      this.#socket.pause();
    } else {
      this.#quittable = true;
      this.#note(reply);
      this.#startTimer();
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

  #expect(timeoutMs: number): Promise<Answer> {
    if (this.#failure !== null) return Promise.resolve(this.#failure);
    return new Promise((resolve) => {
      this.#waiting.push({ timeoutMs, resolve });
      if (this.#waiting.length === 1) this.#startTimer();
    });
  }

  /** The deadline of the reply that is next; a reply that trickles in does not extend it. */
  #startTimer(): void {
    clearTimeout(this.#timer);
    const timeoutMs = this.#waiting[0]?.timeoutMs;
    if (timeoutMs === undefined) return;
    this.#timer = setTimeout(
      () => this.#fail({ event: 'timeout', detail: `no reply within ${timeoutMs} ms` }),
      timeoutMs,
    );
  }

  #fail(failure: Failure, note = `${failure.event}: ${failure.detail}`): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    clearTimeout(this.#timer);
    this.#record('*', makeHarmless(note));
    // Nothing more is read, however much the server goes on to send.
    this.#socket.pause();
    for (const { resolve } of this.#waiting.splice(0)) resolve(failure);
  }

  #sayQuit(graceMs: number): Promise<void> {
    this.#record('C', 'QUIT');
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#socket.end('QUIT\r\n', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** The one guard before the wire: one line of printable text (RFC 5321 section 4.1.1; RFC 6531 section 3.3). */
function assertOneLine(command: string, utf8: boolean): void {
  const printable = utf8 ? /^(?:(?!\p{Cc}|\p{Surrogate}|[\u2028\u2029]).)+$/su : /^[\x20-\x7e]+$/;
  if (!printable.test(command)) throw new Error(`not a command line: ${JSON.stringify(command)}`);
}
