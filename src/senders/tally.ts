/**
 * Counts by sender for millions of senders: address and counts side by side in an arena of bytes, found by open addressing.
 * No object or string exists for a sender until it is asked for. (A Map of strings takes twice the memory and ends at 16.7
 * million keys.)
 *
 * Two spellings are one sender if their local parts are the same and their domains differ in ASCII case only (RFC 5321
 * section 2.4); the first spelling seen is kept.
 */
import { isUtf8 } from 'node:buffer';
import { copyBytes, sliceOf, viewOf } from '../logs/find-bytes.js';
import { hashBytes } from '../logs/hash-bytes.js';
import { dayOf, type DayCount, type SenderDays } from './sender-days.js';

/** Longest address that can be kept, bytes. */
export const longestAddress = 65_536;

/** The arena grows by segments of 4 MB, so that growing copies nothing but the index. Places are counted in 32-bit words. */
const segmentBits = 20;
const segmentWords = 1 << segmentBits;
const segmentMask = segmentWords - 1;
/** Words of the index for each slot: the place of the sender plus one (0 is a free slot), and its hash. */
const slotWords = 2;
const smallestIndex = 65_536 * slotWords;

/**
 * The words of an entry, before the bytes of its address. They are kept signed, since unsigned ones would leave the engine's
 * small integers; what may need the last bit is read with `>>> 0`.
 */
const lengthWord = 0;
const messagesWord = 1;
const rejectedWord = 2;
const firstWord = 3;
const lastWord = 4;
const headWords = 5;

const atSign = 0x40;
const space = 0x20;
const deleteCharacter = 0x7f;
/** Set in all bytes, these bits make the hash the same for upper and lower case. */
const caseBits = 0x20202020;

/** Takes an address: the bytes of [start, end), valid during the call only. */
export type AddressListener = (bytes: DataView, start: number, end: number) => void;

/** The senders and their counts. A sender is known by its place in the arena. */
export class SenderTally {
  /** How many senders there are. */
  size = 0;
  readonly #words: Int32Array[] = [];
  readonly #views: DataView[] = [];
  /** Used words of each segment. */
  readonly #used: number[] = [];
  #index = new Int32Array(smallestIndex);
  readonly #days: SenderDays | null;

  /** With `days`, the counts of each day are kept too. */
  constructor(days: SenderDays | null = null) {
    this.#days = days;
  }

  /**
   * Adds to the counts of the sender whose address stands at [start, end), which may be new; 0 seconds is no time. `hash`, where
   * it is known, is that of `MailEvents`. Gives -1 where control characters stand there: such a text is no sender's.
   */
  add(
    bytes: DataView,
    start: number,
    end: number,
    messages: number,
    rejected: number,
    seconds: number,
    hash = hashBytes(bytes, start, end, 0, caseBits),
  ): number {
    const slot = this.#slot(bytes, start, end, hash);
    let sender = this.#index[slot]! - 1;
    if (sender === -1) {
      if (hasControls(bytes, start, end)) return -1;
      sender = this.#append(bytes, start, end);
      this.#index[slot] = sender + 1;
      this.#index[slot + 1] = hash;
      if (this.size * 3 * slotWords > this.#index.length * 2) this.#growIndex();
    }
    const words = this.#words[sender >>> segmentBits]!;
    const entry = sender & segmentMask;
    if (this.#days !== null && dayOf(words[entry + lastWord]! >>> 0) !== dayOf(seconds)) {
      this.#turnDay(this.#days, sender, messages, rejected, seconds);
    }
    words[entry + messagesWord]! += messages;
    words[entry + rejectedWord]! += rejected;
    if (seconds > 0) widen(words, entry, seconds);
    return sender;
  }

  /** The sender whose address stands at [start, end), or -1. */
  find(bytes: DataView, start: number, end: number): number {
    return this.#index[this.#slot(bytes, start, end, hashBytes(bytes, start, end, 0, caseBits))]! - 1;
  }

  /** Messages of the sender that were added as of `first` came from then until `last`; 0 is unknown. */
  seenUntil(sender: number, first: number, last: number): void {
    if (dayOf(first) !== dayOf(last)) this.#days?.lose(sender);
    if (last > 0) widen(this.#words[sender >>> segmentBits]!, sender & segmentMask, last);
  }

  /** So many messages more of this sender were refused at that time; 0 is unknown. */
  addRejected(sender: number, rejected: number, seconds: number): void {
    if (this.#days !== null) this.#turnDay(this.#days, sender, 0, rejected, seconds);
    const words = this.#words[sender >>> segmentBits]!;
    const entry = sender & segmentMask;
    words[entry + rejectedWord]! += rejected;
    if (seconds > 0) widen(words, entry, seconds);
  }

  /** All senders in the order in which they first appeared. */
  *senders(): Generator<number> {
    for (const [segment, used] of this.#used.entries()) {
      const words = this.#words[segment]!;
      for (let entry = 0; entry < used; entry += entryWords(words[entry + lengthWord]!)) {
        yield (segment << segmentBits) | entry;
      }
    }
  }

  /** The address in its first spelling, read as UTF-8 where it is that, else as Latin-1. */
  address(sender: number): string {
    const start = ((sender & segmentMask) + headWords) * 4;
    const end = start + this.#word(sender, lengthWord);
    return textOf(this.#views[sender >>> segmentBits]!, start, end);
  }

  /** Hands on the bytes of the address, in UTF-8. */
  tell(sender: number, listener: AddressListener): void {
    const view = this.#views[sender >>> segmentBits]!;
    const start = ((sender & segmentMask) + headWords) * 4;
    const end = start + this.#word(sender, lengthWord);
    if (isAscii(view, start, end)) return listener(view, start, end);
    const text = viewOf(Buffer.from(this.address(sender)));
    listener(text, 0, text.byteLength);
  }

  messages(sender: number): number {
    return this.#word(sender, messagesWord) >>> 0;
  }

  rejectedMessages(sender: number): number {
    return this.#word(sender, rejectedWord) >>> 0;
  }

  /** Seconds since 1970 UTC; 0 where no time is known. */
  firstSeen(sender: number): number {
    return this.#word(sender, firstWord) >>> 0;
  }

  /** Seconds since 1970 UTC; 0 where no time is known. */
  lastSeen(sender: number): number {
    return this.#word(sender, lastWord) >>> 0;
  }

  /** The sender's messages by day, where they came on several and it is known how many on which; else null. */
  days(sender: number): DayCount[] | null {
    const before = this.#days?.list(sender) ?? null;
    if (before === null) return null;
    const left = {
      day: dayOf(this.lastSeen(sender)),
      messages: this.messages(sender),
      rejected: this.rejectedMessages(sender),
    };
    for (const { messages, rejectedMessages } of before) {
      left.messages -= messages;
      left.rejected -= rejectedMessages;
    }
    return [{ day: left.day, messages: left.messages, rejectedMessages: left.rejected }, ...before];
  }

  /** To be called before messages are added: on another day than the sender's last, they are counted apart. */
  #turnDay(days: SenderDays, sender: number, messages: number, rejected: number, seconds: number): void {
    const last = dayOf(this.lastSeen(sender));
    const day = dayOf(seconds);
    if (day === last) return;
    if (day < last) return days.add(sender, day, messages, rejected);
    const [before, rejectedBefore] = [this.messages(sender), this.rejectedMessages(sender)];
    if (before + rejectedBefore > 0) days.leave(sender, last, before, rejectedBefore);
  }

  #word(sender: number, word: number): number {
    return this.#words[sender >>> segmentBits]![(sender & segmentMask) + word]!;
  }

  /** The slot of the address, or the free one where it belongs. */
  #slot(bytes: DataView, start: number, end: number, hash: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    let slot = (hash * slotWords) & mask;
    for (let place = index[slot]!; place !== 0; place = index[slot]!) {
      if (index[slot + 1] === hash && this.#equals(place - 1, bytes, start, end)) break;
      slot = (slot + slotWords) & mask;
    }
    return slot;
  }

  #equals(sender: number, bytes: DataView, start: number, end: number): boolean {
    const words = this.#words[sender >>> segmentBits]!;
    const entry = sender & segmentMask;
    if (words[entry + lengthWord] !== end - start) return false;
    return isSameAddress(this.#views[sender >>> segmentBits]!, (entry + headWords) * 4, bytes, start, end);
  }

  #append(bytes: DataView, start: number, end: number): number {
    const length = end - start;
    if (this.#words.length === 0 || this.#used.at(-1)! + entryWords(length) > segmentWords) this.#addSegment();
    const segment = this.#words.length - 1;
    const entry = this.#used[segment]!;
    this.#words[segment]![entry + lengthWord] = length;
    copyBytes(bytes, start, end, this.#views[segment]!, (entry + headWords) * 4);
    this.#used[segment] = entry + entryWords(length);
    this.size += 1;
    return (segment << segmentBits) | entry;
  }

  #addSegment(): void {
    const memory = new ArrayBuffer(segmentWords * 4);
    this.#words.push(new Int32Array(memory));
    this.#views.push(new DataView(memory));
    this.#used.push(0);
  }

  #growIndex(): void {
    const old = this.#index;
    const index = new Int32Array(old.length * 2);
    const mask = index.length - 1;
    for (let i = 0; i < old.length; i += slotWords) {
      if (old[i] === 0) continue;
      let slot = (old[i + 1]! * slotWords) & mask;
      while (index[slot] !== 0) slot = (slot + slotWords) & mask;
      index[slot] = old[i]!;
      index[slot + 1] = old[i + 1]!;
    }
    this.#index = index;
  }
}

function entryWords(length: number): number {
  return headWords + ((length + 3) >>> 2);
}

/** UTF-8, or what is not that as Latin-1. */
function textOf(bytes: DataView, start: number, end: number): string {
  const slice = sliceOf(bytes, start, end);
  return slice.toString(isAscii(bytes, start, end) || !isUtf8(slice) ? 'latin1' : 'utf8');
}

/** Whether there are control characters: C0, DEL, or C1 in whatever the text is read as. */
function hasControls(bytes: DataView, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes.getUint8(at);
    if (byte < space || byte === deleteCharacter) return true;
  }
  return !isAscii(bytes, start, end) && /\p{Cc}/u.test(textOf(bytes, start, end));
}

function isAscii(bytes: DataView, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end && (bytes.getInt32(at) & 0x80808080) === 0) at += 4;
  while (at < end && bytes.getUint8(at) < 0x80) at += 1;
  return at === end;
}

/** Whether the address kept at `keptStart` and the one of the same length at [start, end) are of one sender. */
function isSameAddress(kept: DataView, keptStart: number, bytes: DataView, start: number, end: number): boolean {
  const shift = keptStart - start;
  let at = start;
  while (at + 4 <= end && kept.getInt32(at + shift, true) === bytes.getInt32(at, true)) at += 4;
  while (at < end && kept.getUint8(at + shift) === bytes.getUint8(at)) at += 1;
  if (at === end) return true;
  if (at < domainStart(bytes, start, end)) return false;
  while (at < end && lowerCase(kept.getUint8(at + shift)) === lowerCase(bytes.getUint8(at))) at += 1;
  return at === end;
}

/** Where the domain begins: after the last `@`; `end` where there is none. */
function domainStart(bytes: DataView, start: number, end: number): number {
  let at = end;
  while (at > start && bytes.getUint8(at - 1) !== atSign) at -= 1;
  return at === start ? end : at;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function widen(words: Int32Array, entry: number, seconds: number): void {
  const first = words[entry + firstWord]! >>> 0;
  if (first === 0 || seconds < first) words[entry + firstWord] = seconds;
  if (seconds > words[entry + lastWord]! >>> 0) words[entry + lastWord] = seconds;
}
