/**
 * One line of a log that a program wrote itself or that multilog, svlogd or a container engine kept: a time stamp, or none,
 * and then the text.
 *
 * Known stamps: TAI64N (`@400000006b04070e2dcf8fdc `), the same made readable by tai64nlocal (`2026-11-23 09:31:07.123 `),
 * svlogd's (`2026-11-23_09:31:07.12345 `), RFC 3339 (`2026-11-23T09:31:07.123Z `), seconds since 1970 (`1795426267.485 `).
 */
import { byteAt, findByte, numberAt } from './find-bytes.js';
import { hashBytes } from './hash-bytes.js';
import type { LogClock } from './log-clock.js';
import type { LogLine } from './log-line.js';

/** What a parser needs of a line, whatever keeps the log. The text begins at `idStart`. */
export type TextLine = Pick<LogLine, 'bytes' | 'idStart' | 'end' | 'times' | 'idHigh' | 'idLow' | 'hashId' | 'seconds'>;

const space = 0x20;
const taiSign = 0x40;
/** `@`, 16 hexadecimal digits of seconds, 8 of nanoseconds, and a blank. */
const taiLength = 26;
/** TAI64 counts from 1970 too, but ten leap seconds ahead of what Unix time has. */
const taiOffset = 10;
/** `2026-11-23 09:31:07`. */
const dateLength = 19;
/** Digits of seconds since 1970, from 2001 to 2286. */
const epochDigits = 10;

type Stamp = 'none' | 'tai' | 'date' | 'epoch';

/** The line being read. One object is used for all lines of a log; its fields hold until the next `read`. */
export class StampedLine implements TextLine {
  bytes: DataView = new DataView(new ArrayBuffer(0));
  end = 0;
  idStart = 0;
  readonly times = 1;
  idHigh = 0;
  idLow = 0;

  readonly #clock: LogClock;
  #stamp: Stamp = 'none';
  #start = 0;

  constructor(clock: LogClock) {
    this.#clock = clock;
  }

  /** Takes the line at [start, end) apart. */
  read(bytes: DataView, start: number, end: number): void {
    this.bytes = bytes;
    this.end = end > start && bytes.getUint8(end - 1) === 0x0d ? end - 1 : end;
    this.#start = start;
    this.#stamp = stampAt(bytes, start, this.end);
    this.idStart = textStart(bytes, start, this.end, this.#stamp);
  }

  seconds(): number {
    const { bytes } = this;
    if (this.#stamp === 'tai') return Math.max(0, hexadecimal(bytes, this.#start + 9, this.#start + 17) - taiOffset);
    if (this.#stamp === 'epoch') return numberAt(bytes, this.#start, this.#start + epochDigits);
    return this.#stamp === 'date' ? this.#clock.fromIso(bytes, this.#start, this.idStart - 1) : 0;
  }

  hashId(start = this.idStart, end = this.end): void {
    this.idHigh = hashBytes(this.bytes, start, end, 0, 0);
    this.idLow = hashBytes(this.bytes, start, end, -1, 0);
  }
}

function stampAt(bytes: DataView, start: number, end: number): Stamp {
  if (end - start <= epochDigits) return 'none';
  if (byteAt(bytes, start) === taiSign) {
    const isTai = end - start >= taiLength && byteAt(bytes, start + taiLength - 1) === space;
    return isTai && hexadecimal(bytes, start + 9, start + 17) >= 0 ? 'tai' : 'none';
  }
  if (byteAt(bytes, start + 4) === 0x2d)
    return end - start > dateLength && isClock(bytes, start + 11) ? 'date' : 'none';
  return isEpoch(bytes, start) ? 'epoch' : 'none';
}

function textStart(bytes: DataView, start: number, end: number, stamp: Stamp): number {
  if (stamp === 'none') return start;
  const stampEnd = findByte(bytes, stamp === 'date' ? start + dateLength : start, end, space);
  return stampEnd < 0 ? end : stampEnd + 1;
}

/** `09:31:07` */
function isClock(bytes: DataView, at: number): boolean {
  return byteAt(bytes, at + 2) === 0x3a && byteAt(bytes, at + 5) === 0x3a;
}

/** `1795426267.485 `; without a fraction it might be any number. */
function isEpoch(bytes: DataView, at: number): boolean {
  for (let i = at; i < at + epochDigits; i++) {
    if (byteAt(bytes, i) < 0x30 || byteAt(bytes, i) > 0x39) return false;
  }
  return byteAt(bytes, at + epochDigits) === 0x2e;
}

/** The number that the hexadecimal digits of [start, end) stand for, or -1. */
function hexadecimal(bytes: DataView, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const byte = byteAt(bytes, i);
    const digit = byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
    if (digit < 0 || digit > 15 || (byte > 0x39 && digit < 10)) return -1;
    value = value * 16 + digit;
  }
  return value;
}
