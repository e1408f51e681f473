/**
 * Exim's entries → mail events. A message is counted at its arrival (`ID <= sender`); where the log begins later, at the first
 * delivery that names its sender (`F=<...>`, a log selector). It is forgotten at `ID Completed`.
 */
import { bytesOf, findByte, matches } from '../find-bytes.js';
import { hashBytes } from '../hash-bytes.js';
import { countedState, LiveMessages, ownState, type MessageState } from '../live-messages.js';
import { bareAddressEnd, isNullSender, isOwnSubmission, messageIdStart } from './exim-arrival.js';
import { correspondentEnd, deliveredSenderEnd, deliveredSenderStart } from './exim-delivery.js';
import { messageIdLength, partEnd, partNumber, pidEnd, stampEnd, type LoggedLine } from './exim-line.js';
import { EximRefusals } from './exim-refusals.js';
import type { ParserContext } from './format.js';

const space = 0x20;
const flagLength = 3;
/** A content filter keeps a message for seconds. */
const recentMessages = 32_768;
const completed = bytesOf('Completed');

/** Reads entries of Exim's logs, however they are kept. */
export class EximParser {
  readonly #context: ParserContext;
  readonly #refusals: EximRefusals;
  /** The last messages, by sender and Message-ID. */
  readonly #recent = new LiveMessages(recentMessages);

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

  /** `text` begins with one of Exim's two-letter flags and a blank, or else with words. */
  #takeMessage(line: LoggedLine, idStart: number, text: number): boolean {
    const { bytes, end } = line;
    if (end - text < flagLength) return false;
    const isFlag = bytes.getUint8(text + 2) === space;
    switch (isFlag ? bytes.getUint16(text) : 0) {
      case 0x3c3d: // <=
      case 0x283d: // (=, for a message whose client was told that it is refused (`control = fakereject`)
        this.#arrived(line, idStart, text);
        return true;
      case 0x3d3e: // =>
      case 0x2d3e: // ->, in the same transaction; but >> comes before the arrival
        this.#delivered(line, idStart, text, true);
        return true;
      case 0x2a2a: // ** failed
      case 0x2a3e: // *> not done, for testing
        this.#delivered(line, idStart, text, false);
        return true;
      default:
        return matches(bytes, text, end, completed) && this.#completed(line, idStart, text);
    }
  }

  #arrived(line: LoggedLine, idStart: number, text: number): void {
    const { bytes, end } = line;
    const { events, live } = this.#context;
    const start = text + flagLength;
    const addressEnd = bareAddressEnd(bytes, start, end);
    if (addressEnd === end || addressEnd === start) return events.malformed();
    line.hashId(idStart, text - 1);
    if (live.get(line.idHigh, line.idLow) !== 0) return;
    const senderEnd = isNullSender(bytes, start, addressEnd) ? start : addressEnd;
    const ours = isOwnSubmission(bytes, addressEnd, end);
    const state = ours && senderEnd > start ? ownState : countedState;
    const [high, low] = [line.idHigh, line.idLow];
    const original = this.#stateOfMessage(line, start, addressEnd, state);
    const isCopy = ours && original !== 0;
    live.set(high, low, isCopy && original !== ownState ? countedState : state);
    if (isCopy) return;
    if (ours) events.submitted(bytes, start, senderEnd, line.seconds());
    else events.accepted(bytes, start, senderEnd, line.seconds());
  }

  /**
   * Content filters hand a message back over loopback: it gets a second id, but has the same sender and Message-ID. Gives the
   * state of the message known by both; 0 where none is, and it is known with `state` from now on.
   */
  #stateOfMessage(line: LoggedLine, start: number, end: number, state: MessageState): number {
    const idStart = messageIdStart(line.bytes, end, line.end);
    if (idStart < 0) return 0;
    const blank = findByte(line.bytes, idStart, line.end, space);
    line.hashId(idStart, blank < 0 ? line.end : blank);
    const high = hashBytes(line.bytes, start, end, line.idHigh, 0);
    const known = this.#recent.get(high, line.idLow);
    if (known === 0) this.#recent.set(high, line.idLow, state);
    return known;
  }

  #delivered(line: LoggedLine, idStart: number, text: number, done: boolean): void {
    const { live } = this.#context;
    line.hashId(idStart, text - 1);
    const state = live.get(line.idHigh, line.idLow);
    const start = text + flagLength;
    if (state === 0) this.#arrivedBefore(line, start);
    else if (done && state === ownState) this.#corresponded(line, start);
  }

  /** The log does not go back to the arrival of the message that is being delivered: the delivery may name its sender. */
  #arrivedBefore(line: LoggedLine, recipientStart: number): void {
    const { bytes, end } = line;
    const { events, live } = this.#context;
    const start = deliveredSenderStart(bytes, recipientStart, end);
    if (start < 0) return;
    const senderEnd = deliveredSenderEnd(bytes, start, end);
    if (senderEnd < 0) return events.malformed();
    live.set(line.idHigh, line.idLow, countedState);
    events.accepted(bytes, start, senderEnd, line.seconds());
  }

  #corresponded(line: LoggedLine, start: number): void {
    const recipientEnd = correspondentEnd(line.bytes, start, line.end);
    if (recipientEnd >= 0) this.#context.events.corresponded(line.bytes, start, recipientEnd);
  }

  #completed(line: LoggedLine, idStart: number, text: number): boolean {
    line.hashId(idStart, text - 1);
    this.#context.live.forget(line.idHigh, line.idLow);
    return true;
  }
}
