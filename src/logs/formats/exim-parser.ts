/**
 * Exim's entries → mail events. A message is counted at its arrival (`ID <= sender`); where the log begins later, at the first
 * delivery that names its sender (`F=<...>`, a log selector). It is forgotten at `ID Completed`.
 */
import { bytesOf, findByte, matches, matchesOne } from '../find-bytes.js';
import { countedState, submittedState } from '../live-messages.js';
import { bareAddressEnd, isNullSender, isOwnSubmission, messageIdStart } from './exim-arrival.js';
import { deliveredSenderEnd, deliveredSenderStart } from './exim-delivery.js';
import { messageIdLength, partEnd, partNumber, pidEnd, stampEnd, type LoggedLine } from './exim-line.js';
import { EximRefusals } from './exim-refusals.js';
import type { ParserContext } from './format.js';

const space = 0x20;
/** The second is for a message whose client was told that it is refused (`control = fakereject`). */
const arrivals = ['<= ', '(= '].map(bytesOf);
/** Done, done in the same transaction, not done for testing (-N), failed. `>>` comes before the arrival. */
const deliveries = ['=> ', '-> ', '*> ', '** '].map(bytesOf);
const flagLength = 3;
const completed = bytesOf('Completed');

/** Reads entries of Exim's logs, however they are kept. */
export class EximParser {
  readonly #context: ParserContext;
  readonly #refusals: EximRefusals;

  constructor(context: ParserContext) {
    this.#context = context;
    this.#refusals = new EximRefusals(context);
  }

  /** Reads the entry that begins at `start`, with a stamp of its own or without; false where it says nothing of mail. */
  take(line: LoggedLine, start: number): boolean {
    const { bytes, end } = line;
    let at = start;
    const part = partNumber(bytes, at, end);
    if (part > 0) at = partEnd(bytes, at, end);
    if (part > 1) return this.#refusals.takeMore(line, at);
    at = pidEnd(bytes, stampEnd(bytes, at, end), end);
    const length = messageIdLength(bytes, at, end);
    const text = length === 0 ? at : at + length + 1;
    if (length > 0 && this.#takeMessage(line, at, text)) return true;
    return this.#refusals.take(line, at, text);
  }

  /** Reads a line without a stamp, which belongs to the entry before it. */
  takeMore(line: LoggedLine, start: number): void {
    this.#refusals.takeMore(line, start);
  }

  #takeMessage(line: LoggedLine, idStart: number, text: number): boolean {
    const { bytes, end } = line;
    if (matchesOne(bytes, text, end, arrivals)) this.#arrived(line, idStart, text);
    else if (matchesOne(bytes, text, end, deliveries)) this.#delivered(line, idStart, text);
    else if (matches(bytes, text, end, completed)) this.#completed(line, idStart, text);
    else return false;
    return true;
  }

  #arrived(line: LoggedLine, idStart: number, text: number): void {
    const { bytes, end } = line;
    const { events, live } = this.#context;
    const start = text + flagLength;
    const addressEnd = bareAddressEnd(bytes, start, end);
    if (addressEnd === end || addressEnd === start) return events.malformed();
    line.hashId(idStart, text - 1);
    if (live.get(line.idHigh, line.idLow) !== 0) return;
    const ours = isOwnSubmission(bytes, addressEnd, end);
    live.set(line.idHigh, line.idLow, ours ? submittedState : countedState);
    if (this.#isKnownMessage(line, start, addressEnd) && ours) return;
    const senderEnd = isNullSender(bytes, start, addressEnd) ? start : addressEnd;
    if (ours) events.submitted(bytes, start, senderEnd, line.seconds());
    else events.accepted(bytes, start, senderEnd, line.seconds());
  }

  /** Content filters hand a message back over loopback: it gets a second id, but has the same sender and Message-ID. */
  #isKnownMessage(line: LoggedLine, start: number, end: number): boolean {
    const { live } = this.#context;
    const idStart = messageIdStart(line.bytes, end, line.end);
    if (idStart < 0) return false;
    const blank = findByte(line.bytes, idStart, line.end, space);
    line.hashId(start, end);
    const { idHigh, idLow } = line;
    line.hashId(idStart, blank < 0 ? line.end : blank);
    const [high, low] = [line.idHigh ^ idHigh, line.idLow ^ idLow];
    const known = live.get(high, low) === countedState;
    live.set(high, low, countedState);
    return known;
  }

  #delivered(line: LoggedLine, idStart: number, text: number): void {
    const { bytes, end } = line;
    const { events, live } = this.#context;
    line.hashId(idStart, text - 1);
    if (live.get(line.idHigh, line.idLow) !== 0) return;
    const start = deliveredSenderStart(bytes, text + flagLength, end);
    if (start < 0) return;
    const senderEnd = deliveredSenderEnd(bytes, start, end);
    if (senderEnd < 0) return events.malformed();
    live.set(line.idHigh, line.idLow, countedState);
    events.accepted(bytes, start, senderEnd, line.seconds());
  }

  #completed(line: LoggedLine, idStart: number, text: number): void {
    line.hashId(idStart, text - 1);
    this.#context.live.forget(line.idHigh, line.idLow);
  }
}
