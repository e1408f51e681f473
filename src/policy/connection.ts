/**
 * One connection of a mail server: requests are answered one after the other, in their order, however their bytes come.
 * No more is read while an answer is waited for, or is not taken.
 */
import type { Socket } from 'node:net';
import { RequestParser, type PolicyRequest } from './request.js';

/** How long a connection may be idle, longer than Postfix keeps one (smtpd_policy_service_max_ttl, 1,000 s), milliseconds. */
const idleMs = 1_200_000;
/** How long the next piece of a request may take. */
const pieceMs = 60_000;

/** The message that a request is about: there is one request for each of its recipients. */
export interface Message {
  /** Whether it was counted. */
  counted: boolean;
  /** Whether it has been given a header. */
  marked: boolean;
}

/** What a connection needs. */
export interface Desk {
  /** Gives the action for a request. */
  readonly answer: (request: PolicyRequest, message: Message) => string | Promise<string>;
  readonly wasOverlong: () => void;
  /** Told of a bug of `answer`. */
  readonly failed: (error: unknown) => void;
  /** Ends connections once what was asked is answered. */
  readonly over: AbortSignal;
}

/** Serves a connection to its end. */
export function serveConnection(socket: Socket, desk: Desk): void {
  const connection = new Connection(socket, desk);
  const hangUp = (): void => connection.hangUp();
  desk.over.addEventListener('abort', hangUp);
  socket.once('close', () => desk.over.removeEventListener('abort', hangUp));
}

class Connection {
  readonly #socket: Socket;
  readonly #desk: Desk;
  readonly #parser = new RequestParser();
  #message: Message = { counted: false, marked: false };
  #instance = '';
  #answering = false;
  /** Whether the other side says no more. */
  #ended = false;

  constructor(socket: Socket, desk: Desk) {
    this.#socket = socket;
    this.#desk = desk;
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('drain', () => this.#goOn());
    socket.on('data', (bytes: Buffer) => {
      this.#answering = true;
      this.#answerAll(this.#parser.push(bytes));
    });
    socket.on('end', () => {
      this.#ended = true;
      if (!this.#answering) socket.destroySoon();
    });
  }

  /** No more is asked. */
  hangUp(): void {
    if (!this.#answering) this.#socket.destroy();
  }

  /** What is known at once is told in one piece. */
  #answerAll(requests: readonly PolicyRequest[]): void {
    let text = '';
    for (const [index, request] of requests.entries()) {
      const given = this.#desk.answer(request, this.#messageOf(request));
      if (typeof given === 'string') {
        text += `action=${given}\n\n`;
        continue;
      }
      this.#write(text);
      this.#socket.pause();
      this.#answerLater(given, requests.slice(index + 1)).catch(this.#desk.failed);
      return;
    }
    this.#write(text);
    this.#answering = false;
    this.#goOn();
  }

  async #answerLater(given: Promise<string>, next: readonly PolicyRequest[]): Promise<void> {
    this.#write(`action=${await given}\n\n`);
    this.#answerAll(next);
  }

  #messageOf({ instance }: PolicyRequest): Message {
    if (instance === '' || instance !== this.#instance) this.#message = { counted: false, marked: false };
    this.#instance = instance;
    return this.#message;
  }

  #write(text: string): void {
    if (text !== '') this.#socket.write(text);
  }

  #goOn(): void {
    const socket = this.#socket;
    if (this.#answering) return;
    if (this.#parser.overlong) {
      this.#desk.wasOverlong();
      socket.destroy();
    } else if (this.#ended || this.#desk.over.aborted) socket.destroySoon();
    else if (socket.writableNeedDrain) socket.pause();
    else {
      socket.setTimeout(this.#parser.isWithin ? pieceMs : idleMs);
      socket.resume();
    }
  }
}
