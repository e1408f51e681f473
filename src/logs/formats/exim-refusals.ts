/**
 * Counts the mail that Exim refused, each refusal once: the reject log repeats the main log's lines, and syslog is sent both,
 * so the same line a second time in the same second is the same refusal; and `sender verify fail for <...>` only announces
 * the refusal that follows.
 */
import { bytesOf, findByte, matches } from '../find-bytes.js';
import { hashBytes } from '../hash-bytes.js';
import { refusedState } from '../live-messages.js';
import type { LoggedLine } from './exim-line.js';
import {
  notRefused,
  refusedSenderEnd,
  refusedSenderStart,
  senderNotNamed,
  verificationStart,
} from './exim-refused-sender.js';
import type { ParserContext } from './format.js';

const space = 0x20;
const bracketEnd = 0x5d;
/** Spreads the seconds over a hash (2^32 divided by the golden ratio). */
const spread = 0x9e3779b1;
const envelopeFrom = bytesOf('Envelope-from: <');

/** Reads the entries about refusals. */
export class EximRefusals {
  readonly #context: ParserContext;
  /** The entry before was about a refusal and did not name the sender: the lines that belong to it may. */
  #senderMissing = false;

  constructor(context: ParserContext) {
    this.#context = context;
  }

  /** Reads an entry; `text` is where it goes on after the message id. False where it is about no refusal. */
  take(line: LoggedLine, entryStart: number, text: number): boolean {
    const { bytes, end } = line;
    const start = refusedSenderStart(bytes, text, end);
    this.#senderMissing = start === senderNotNamed;
    if (start === notRefused) return false;
    if (start === senderNotNamed || this.#isRepeated(line, entryStart)) return true;
    const senderEnd = refusedSenderEnd(bytes, start, end);
    const announced = verificationStart(bytes, text, start) >= 0;
    if (senderEnd < 0) this.#context.events.malformed();
    else if (!this.#isAnnounced(line, text, start, senderEnd, announced)) this.#refused(line, start, senderEnd);
    return true;
  }

  /** Reads a line that belongs to the entry before it: the reject log has the envelope and the header there. */
  takeMore(line: LoggedLine, start: number): boolean {
    const { bytes, end } = line;
    if (!this.#senderMissing || !matches(bytes, start, end, envelopeFrom)) return false;
    this.#senderMissing = false;
    const senderStart = start + envelopeFrom.length;
    const senderEnd = refusedSenderEnd(bytes, senderStart, end);
    if (senderEnd < 0) this.#context.events.malformed();
    else this.#refused(line, senderStart, senderEnd);
    return true;
  }

  #refused(line: LoggedLine, start: number, end: number): void {
    this.#context.events.rejected(line.bytes, start, end, line.seconds(), line.times);
  }

  #isRepeated(line: LoggedLine, entryStart: number): boolean {
    const seconds = line.seconds();
    if (seconds === 0) return false;
    const { live } = this.#context;
    line.hashId(entryStart, line.end);
    const high = line.idHigh ^ Math.imul(seconds, spread);
    const repeated = live.get(high, line.idLow) === refusedState;
    live.set(high, line.idLow, refusedState);
    return repeated;
  }

  /** Whether this refusal of the sender at [start, end) was counted when its client's verification failed; notes such failures. */
  #isAnnounced(line: LoggedLine, text: number, start: number, end: number, isVerification: boolean): boolean {
    const { live } = this.#context;
    line.hashId(text, clientEnd(line.bytes, text, start));
    const high = hashBytes(line.bytes, start, end, line.idHigh, 0);
    const low = hashBytes(line.bytes, start, end, line.idLow, 0);
    const announced = !isVerification && live.get(high, low) === refusedState;
    if (isVerification) live.set(high, low, refusedState);
    else if (announced) live.forget(high, low);
    return announced;
  }
}

/** Enough of the client that stands before `end` to tell it from others: up to its first address, or a word. */
function clientEnd(bytes: DataView, start: number, end: number): number {
  const bracket = findByte(bytes, start, end, bracketEnd);
  const found = bracket >= 0 ? bracket : findByte(bytes, start, end, space);
  return found < 0 ? end : found;
}
