/**
 * The beginning of a line in Exim's own log files, and of the text that it sends to syslog: time stamp, process id, message id
 * (`2026-11-23 09:23:20.091 +0000 [550] 1xVQGe-00008s-0I `). Fraction, zone, pid and message id are optional.
 */
import { byteAt, findByte, numberAt } from '../find-bytes.js';
import { hashBytes } from '../hash-bytes.js';
import type { LogClock } from '../log-clock.js';

const space = 0x20;
const dash = 0x2d;
const dot = 0x2e;
const colon = 0x3a;
const bracketStart = 0x5b;
const bracketEnd = 0x5d;
/** `2026-11-23 09:23:20`. */
const secondsLength = 19;
/** ` +0000`. */
const zoneLength = 6;
/** Longest number of a process or part, and its brackets. */
const longestBracketed = 16;

/** What the parser needs of a line, be it one of a file of Exim's or one kept by syslog. */
export interface LoggedLine {
  readonly bytes: DataView;
  /** Where the line ends. */
  readonly end: number;
  /** How often the line stands for itself. */
  readonly times: number;
  /** Set by `hashId`: the two halves of the hash. */
  readonly idHigh: number;
  readonly idLow: number;
  /** When the line was written: seconds since 1970 UTC, 0 where it does not say. */
  seconds(): number;
  /** Hashes the host and the bytes of [start, end). */
  hashId(start: number, end: number): void;
}

/** A line of one of Exim's own files; its fields hold until the next `read`. */
export class EximFileLine implements LoggedLine {
  bytes: DataView = new DataView(new ArrayBuffer(0));
  end = 0;
  /** Where the text after stamp, host and tag begins. */
  text = 0;
  readonly times = 1;
  idHigh = 0;
  idLow = 0;
  readonly #clock: LogClock;
  #start = 0;
  #stampEnd = 0;
  #hostEnd = 0;

  constructor(clock: LogClock) {
    this.#clock = clock;
  }

  /** Takes the line at [start, end) apart; false where it does not begin with a time stamp. */
  read(bytes: DataView, start: number, end: number): boolean {
    this.bytes = bytes;
    this.end = end > start && bytes.getUint8(end - 1) === 0x0d ? end - 1 : end;
    this.#start = start;
    this.#stampEnd = stampEnd(bytes, start, this.end);
    this.text = this.#stampEnd;
    this.#hostEnd = this.#stampEnd;
    if (this.#stampEnd === start) return false;
    this.#skipTag();
    return true;
  }

  seconds(): number {
    return this.#clock.fromIso(this.bytes, this.#start, this.#stampEnd - 1);
  }

  hashId(start: number, end: number): void {
    const hasHost = this.#hostEnd > this.#stampEnd;
    const host = hasHost ? hashBytes(this.bytes, this.#stampEnd, this.#hostEnd, 0, 0) : 0;
    this.idHigh = hashBytes(this.bytes, start, end, host, 0);
    this.idLow = hashBytes(this.bytes, start, end, ~host, 0);
  }

  /** Skips `mx.example exim[29786]: `, which syslog daemons set to such stamps put before the text. */
  #skipTag(): void {
    const { bytes, end } = this;
    if (messageIdLength(bytes, this.#stampEnd, end) > 0) return;
    const hostEnd = findByte(bytes, this.#stampEnd, end, space);
    if (hostEnd < 0) return;
    const tag = findByte(bytes, hostEnd + 1, end, space);
    if (tag < 0 || byteAt(bytes, tag - 1) !== colon) return;
    const pid = findByte(bytes, hostEnd + 1, tag, bracketStart);
    if (pid <= hostEnd + 1 || numberEnd(bytes, pid + 1) !== tag - 2 || byteAt(bytes, tag - 2) !== bracketEnd) return;
    this.#hostEnd = hostEnd;
    this.text = tag + 1;
  }
}

/** Past the time stamp at `at` and the blank after it; `at` itself where there is none. */
export function stampEnd(bytes: DataView, at: number, end: number): number {
  if (end - at <= secondsLength || bytes.getUint8(at + 4) !== dash || bytes.getUint8(at + 10) !== space) return at;
  if (bytes.getUint8(at + 7) !== dash || bytes.getUint8(at + 13) !== colon || bytes.getUint8(at + 16) !== colon)
    return at;
  let i = at + secondsLength;
  if (byteAt(bytes, i) === dot) i = findByte(bytes, i, end, space);
  if (i < 0 || byteAt(bytes, i) !== space) return at;
  return isZone(bytes, i, end) ? i + zoneLength + 1 : i + 1;
}

/** ` +0000 ` */
function isZone(bytes: DataView, at: number, end: number): boolean {
  const sign = byteAt(bytes, at + 1);
  if (end - at <= zoneLength || (sign !== 0x2b && sign !== dash) || byteAt(bytes, at + zoneLength) !== space)
    return false;
  return numberAt(bytes, at + 2, at + zoneLength) >= 0;
}

/** Past `[550] ` at `at`; `at` itself where there is no such thing. */
export function pidEnd(bytes: DataView, at: number, end: number): number {
  if (byteAt(bytes, at) !== bracketStart || numberAt(bytes, at + 1, end) < 0) return at;
  const close = findByte(bytes, at, Math.min(end, at + longestBracketed), bracketEnd);
  return close < 0 || byteAt(bytes, close + 1) !== space ? at : close + 2;
}

/**
 * The number of a part of an entry: Exim splits what is long or has several lines for syslog, as `[1/3] `, or `[1\3] ` where
 * a line ends. 0 where there is no such number at `at`.
 */
export function partNumber(bytes: DataView, at: number, end: number): number {
  if (byteAt(bytes, at) !== bracketStart) return 0;
  const i = numberEnd(bytes, at + 1);
  const separated = byteAt(bytes, i) === 0x2f || byteAt(bytes, i) === 0x5c;
  return separated && i < end ? Math.max(0, numberAt(bytes, at + 1, i)) : 0;
}

/** Past the number of a part at `at`. */
export function partEnd(bytes: DataView, at: number, end: number): number {
  const close = findByte(bytes, at, Math.min(end, at + longestBracketed), bracketEnd);
  return close < 0 ? at : Math.min(end, close + 2);
}

/** The length of the message id at `at`, with a blank after it: 16, from Exim 4.97 on 23 characters; 0 where there is none. */
export function messageIdLength(bytes: DataView, at: number, end: number): number {
  if (end - at <= 16 || bytes.getUint8(at + 6) !== dash) return 0;
  if (bytes.getUint8(at + 13) === dash && bytes.getUint8(at + 16) === space) return 16;
  return end - at > 23 && bytes.getUint8(at + 18) === dash && bytes.getUint8(at + 23) === space ? 23 : 0;
}

function numberEnd(bytes: DataView, at: number): number {
  let i = at;
  while (byteAt(bytes, i) >= 0x30 && byteAt(bytes, i) <= 0x39) i++;
  return i;
}
