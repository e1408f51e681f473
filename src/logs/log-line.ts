/**
 * One line of a log kept by syslog: header, queue id and text, found by position and never decoded.
 *
 * Known headers: RFC 3164 (`Nov 23 09:31:07 mx postfix/qmgr[1]: `, also as Solaris and the BSDs vary it), the same with an
 * RFC 3339 stamp (RSYSLOG_FileFormat, journalctl -o short-iso), and RFC 5424. The daemon's name is not looked at: rsyslog
 * cuts `postfix/qmgr` to `postfix` in RFC 5424 lines. Queue ids of different hosts differ by the host's name.
 */
import { bytesOf, matches, numberAt } from './find-bytes.js';
import type { LogClock } from './log-clock.js';

const space = 0x20;
const colon = 0x3a;
const shortestQueueId = 5;
const longestQueueId = 32;
const repeatedText = bytesOf('message repeated ');
const repeatedTimes = bytesOf(' times: [ ');
const solarisId = bytesOf('[ID ');

/** 1 for the bytes that queue ids are made of: a table, since processors mispredict ranges on random letters and digits. */
const idBytes = new Uint8Array(256);
for (const byte of bytesOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')) idBytes[byte] = 1;

type Stamp = 'none' | 'yearless' | 'iso';

/** The line being read. One object is used for all lines of a log; its fields hold until the next `read`. */
export class LogLine {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the line ends. */
  end = 0;
  /** Where the queue id begins, if there is one, else the text. */
  idStart = 0;
  /** Where the queue id ends; equal to `idStart` where there is none. */
  idEnd = 0;
  /** Where the text after the queue id begins. */
  text = 0;
  /** How often the line stands for itself: rsyslog's `message repeated 2 times: [ ... ]`. */
  times = 1;
  /** Set by `hashId`: the two halves of a hash of host and queue id. */
  idHigh = 0;
  idLow = 0;

  readonly #clock: LogClock;
  #stamp: Stamp = 'none';
  #stampStart = 0;
  #stampEnd = 0;
  #hostStart = 0;
  #hostEnd = 0;

  constructor(clock: LogClock) {
    this.#clock = clock;
  }

  /** Takes the line at [start, end) apart; false where it has no header with a text after it. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.bytes = bytes;
    this.end = bytes[end - 1] === 0x0d ? end - 1 : end;
    this.times = 1;
    const text = this.#readHeader(start);
    if (text < 0) return false;
    this.#readText(text);
    return true;
  }

  /** When the line was written: seconds since 1970 UTC, 0 where it does not say. */
  seconds(): number {
    if (this.#stamp === 'none') return 0;
    if (this.#stamp === 'iso') return this.#clock.fromIso(this.bytes, this.#stampStart, this.#stampEnd);
    return this.#clock.fromYearless(this.bytes, this.#stampStart, this.#stampEnd - 8);
  }

  /** Hashes host and queue id, or another queue id of the same host, into `idHigh` and `idLow`. */
  hashId(start = this.idStart, end = this.idEnd): void {
    const { bytes } = this;
    let high = 0x811c9dc5 | 0;
    let low = 0x2c1b3c6d;
    for (let i = this.#hostStart; i < this.#hostEnd; i++) {
      high = Math.imul(high ^ bytes[i]!, 0x01000193);
      low = Math.imul(low + bytes[i]!, 0x297a2d39);
    }
    for (let i = start; i < end; i++) {
      high = Math.imul(high ^ bytes[i]!, 0x01000193);
      low = Math.imul(low + bytes[i]!, 0x297a2d39);
    }
    this.idHigh = high ^ (high >>> 15);
    this.idLow = low ^ (low >>> 14);
  }

  /** Finds stamp and host; gives where the text begins, or -1. */
  #readHeader(start: number): number {
    const { bytes, end } = this;
    let at = start;
    if (bytes[at] === 0x3c) {
      const priorityEnd = this.#skipTo(0x3e, at, Math.min(end, at + 5));
      if (priorityEnd < 0) return -1;
      at = priorityEnd + 1;
      if (bytes[at] === 0x31 && bytes[at + 1] === space) return this.#readStructuredHeader(at + 2);
    }
    this.#readStamp(at);
    this.#readHost(this.#stampEnd);
    for (let i = this.#hostEnd; i < end; i++) {
      if (bytes[i] === colon && bytes[i + 1] === space && i + 2 < end) return i + 2;
    }
    return -1;
  }

  #readStamp(at: number): void {
    const { bytes } = this;
    this.#stampStart = at;
    if (bytes[at + 3] === space && bytes[at + 12] === colon && bytes[at + 9] === colon) {
      this.#stamp = 'yearless';
      this.#stampEnd = at + 15;
    } else if (bytes[at + 4] === 0x2d && bytes[at + 10] === 0x54) {
      this.#stamp = 'iso';
      this.#stampEnd = Math.max(at, this.#skipTo(space, at, this.end));
    } else if (bytes[at + 3] === space && bytes[at + 11] === colon && bytes[at + 8] === colon) {
      this.#stamp = 'yearless';
      this.#stampEnd = at + 14;
    } else {
      this.#stamp = 'none';
      this.#stampEnd = at;
    }
  }

  /** The word after the stamp, past the facility that BSD puts before it, is the host, unless it is the tag already. */
  #readHost(at: number): void {
    const { bytes, end } = this;
    this.#hostStart = at;
    this.#hostEnd = at;
    if (this.#stamp === 'none' || at + 1 >= end) return;
    let wordStart = at + 1;
    if (bytes[wordStart] === 0x3c) wordStart = this.#skipTo(space, wordStart, end) + 1;
    const wordEnd = this.#skipTo(space, wordStart, end);
    if (wordStart === 0 || wordEnd < 0 || bytes[wordEnd - 1] === colon) return;
    this.#hostStart = wordStart;
    this.#hostEnd = wordEnd;
  }

  /** RFC 5424 section 6: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]. */
  #readStructuredHeader(at: number): number {
    const { bytes, end } = this;
    this.#stampStart = at;
    this.#stampEnd = this.#skipTo(space, at, end);
    this.#stamp = bytes[at] === 0x2d ? 'none' : 'iso';
    this.#hostStart = this.#stampEnd + 1;
    this.#hostEnd = this.#skipTo(space, this.#hostStart, end);
    let next = this.#hostEnd;
    for (let field = 0; field < 3 && next > 0; field++) next = this.#skipTo(space, next + 1, end);
    if (this.#stampEnd < 0 || this.#hostEnd < 0 || next < 0) return -1;
    let text = this.#skipStructuredData(next + 1);
    while (bytes[text] === space && text < end) text++;
    if (bytes[text] === 0xef && bytes[text + 1] === 0xbb && bytes[text + 2] === 0xbf) text += 3;
    return text < end ? text : -1;
  }

  #skipStructuredData(at: number): number {
    const { bytes, end } = this;
    if (bytes[at] !== 0x5b) return at + 1;
    let quoted = false;
    let i = at;
    for (; i < end; i++) {
      const byte = bytes[i];
      if (byte === 0x5c) i++;
      else if (byte === 0x22) quoted = !quoted;
      else if (byte === 0x5d && !quoted && bytes[i + 1] !== 0x5b) break;
    }
    return i + 1;
  }

  /** Past what syslog put before the text, finds the queue id: letters and digits before `: `. */
  #readText(at: number): void {
    const { bytes, end } = this;
    let start = at;
    if (bytes[start] === 0x5b && matches(bytes, start, end, solarisId)) start = this.#skipTo(0x5d, start, end) + 2;
    if (bytes[start] === 0x6d && matches(bytes, start, end, repeatedText)) start = this.#readRepetition(start);
    let i = start;
    while (i < end && idBytes[bytes[i]!] === 1) i++;
    const length = i - start;
    const isId = length >= shortestQueueId && length <= longestQueueId && bytes[i] === colon && bytes[i + 1] === space;
    this.idStart = start;
    this.idEnd = isId ? i : start;
    this.text = isId ? i + 2 : start;
  }

  #readRepetition(start: number): number {
    const { bytes, end } = this;
    const numberStart = start + repeatedText.length;
    const numberEnd = this.#skipTo(space, numberStart, end);
    if (numberEnd < 0 || !matches(bytes, numberEnd, end, repeatedTimes)) return start;
    this.times = Math.max(1, numberAt(bytes, numberStart, numberEnd) || 1);
    return numberEnd + repeatedTimes.length;
  }

  #skipTo(byte: number, at: number, end: number): number {
    for (let i = at; i < end; i++) if (this.bytes[i] === byte) return i;
    return -1;
  }
}
