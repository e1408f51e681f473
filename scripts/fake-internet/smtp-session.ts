/**
 * One session of a fake SMTP server: reads commands, asks the dialogue for the answer, says it when it is due, or does
 * what the world says it does instead. It never takes a message: DATA is not known to it.
 */
import type net from 'node:net';
import tls from 'node:tls';
import { certificate, privateKey } from './certificate.js';
import { countCommand, countConnection, type Tally } from './counters.js';
import { Outbox } from './outbox.js';
import { between } from './random.js';
import { SmtpDialogue } from './smtp-dialogue.js';
import type { SmtpHost } from './smtp-server.js';
import type { Answer, Range } from './world.js';

let secureContext: tls.SecureContext | undefined;

/** The conversation over one connection. */
export class SmtpSession {
  readonly #host: SmtpHost;
  readonly #dialogue: SmtpDialogue;
  readonly #outbox: Outbox;
  readonly #plain: net.Socket;
  #socket: net.Socket;
  #input = '';
  /** What has gone out as greeting so far. */
  #greeted: 'nothing' | 'smtp' | 'other' = 'nothing';
  #early = false;
  /** The server has said or done its last: it hung up, or went silent for good. */
  #done = false;
  #quit = false;
  #over = false;

  constructor(host: SmtpHost, socket: net.Socket) {
    this.#host = host;
    this.#plain = socket;
    this.#socket = socket;
    this.#dialogue = new SmtpDialogue(host, socket.remoteAddress ?? '');
    this.#outbox = new Outbox((text) => this.#socket.write(text, 'latin1'));
    socket.on('error', () => socket.destroy());
  }

  /** Greets and listens, until one side hangs up. */
  start(): void {
    const now = performance.now();
    this.#count((tally) => countConnection(tally, now));
    if (this.#plain.destroyed) return this.#leave();
    this.#plain.on('close', () => this.#leave());
    this.#hear(this.#plain);
    const greeting = this.#dialogue.greeting();
    this.#say(greeting, this.#draw(this.#host.behaviour.greetingMs), () => {
      this.#greeted = /^\d{3}(?!-)/.test(greeting.split('\n').at(-1) ?? '') ? 'smtp' : 'other';
    });
  }

  #hear(socket: net.Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#early ||= this.#greeted === 'nothing' && !this.#done;
      this.#input += chunk.toString('latin1');
      const lines = this.#input.split('\n');
      this.#input = lines.pop() ?? '';
      socket.cork();
      lines.forEach((line, index) => this.#obey(line.endsWith('\r') ? line.slice(0, -1) : line, index > 0));
      socket.uncork();
    });
    socket.on('end', () => this.#leave());
  }

  #obey(line: string, afterAnother: boolean): void {
    const verb = (/^[A-Za-z]+/.exec(line)?.[0] ?? '?').toUpperCase();
    this.#count((tally) => countCommand(tally, verb));
    this.#quit ||= verb === 'QUIT';
    if (this.#done) return;
    if ((afterAnother || this.#outbox.waiting) && verb !== 'QUIT' && !this.#dialogue.pipelining) {
      this.#count((tally) => tally.pipelinedUnasked++);
    }
    const answer = this.#dialogue.answer(verb, line);
    const delay = this.#draw(this.#host.behaviour.replyMs) + this.#dialogue.penaltyMs;
    if (verb === 'STARTTLS' && answer.startsWith('220')) this.#say(answer, delay, () => this.#startTls());
    else if (verb === 'QUIT') this.#say(answer, delay, () => this.#hangUp());
    else this.#say(answer, delay);
  }

  /** Says a reply, or does what stands in its place, after so many milliseconds. */
  #say(answer: Answer, delayMs: number, then?: () => void): void {
    if (answer === 'silence') this.#done = true;
    else if (answer === 'hang-up') this.#end('', delayMs, () => this.#hangUp());
    else if (answer === 'reset') this.#end('', delayMs, () => this.#plain.resetAndDestroy());
    else if (answer.startsWith('421')) this.#end(onWire(answer), delayMs, () => this.#hangUp());
    else this.#outbox.put(onWire(answer), delayMs, then);
  }

  #end(text: string, delayMs: number, then: () => void): void {
    this.#done = true;
    this.#outbox.put(text, delayMs, then);
  }

  #hangUp(): void {
    this.#done = true;
    this.#socket.end();
    this.#leave();
  }

  #startTls(): void {
    this.#plain.removeAllListeners('data');
    // What came in plaintext before the handshake must not count (RFC 3207 section 4.2).
    this.#input = '';
    if (this.#host.behaviour.tls === 'broken') {
      this.#plain.once('data', () => this.#plain.end('This is not TLS\r\n'));
      this.#done = true;
      return;
    }
    secureContext ??= tls.createSecureContext({ cert: certificate, key: privateKey });
    const secure = new tls.TLSSocket(this.#plain, { isServer: true, secureContext });
    this.#socket = secure;
    this.#dialogue.restart();
    secure.on('error', () => this.#plain.destroy());
    secure.on('secure', () => this.#count((tally) => tally.tlsSessions++));
    this.#hear(secure);
  }

  /** The session is over, whoever ended it: counts it out, once. */
  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    const abandoned = this.#greeted === 'smtp' && !this.#done && !this.#quit && !this.#outbox.waiting;
    this.#outbox.close();
    this.#count((tally) => {
      tally.open--;
      if (abandoned) tally.withoutQuit++;
      if (this.#early) tally.spokeTooEarly++;
    });
  }

  #count(change: (tally: Tally) => void): void {
    this.#host.tallies.forEach(change);
  }

  #draw(range: Range | undefined): number {
    return range ? between(this.#host.random, ...range) : 0;
  }
}

function onWire(answer: Answer): string {
  return `${answer.replaceAll('\n', '\r\n')}\r\n`;
}
