/**
 * Time stamps of log lines → seconds since 1970 UTC. Lines of one hour share one computation of the date.
 *
 * RFC 3164 stamps (`Nov 23 09:31:07`) have neither year nor zone: they are read in the local time zone and get the year in
 * which they follow the stamp before, or else the latest that does not put them after the end of the log. Of the hour that
 * comes twice at the end of summer time, lines that go back belong to the second. RFC 3339 stamps
 * (`2026-11-23T09:31:07.5+01:00`) say it all.
 */
import { byteAt, viewOf } from './find-bytes.js';

const dayMs = 86_400_000;
/** How far back a log goes at most; 29 February is nine years away at most. */
const yearsBack = 30;
/** `2026-11-23T09:31:07`. */
const isoLength = 19;
/** Not an offset; and kinds of stamps. The scanner has them too. */
const noZone = 1_000_000_000;
const noStamp = 0;
const isoStamp = 2;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map((name) =>
  monthKey(viewOf(Buffer.from(name)), 0),
);

/** Lines may be older than the ones before by this much, seconds: hosts whose clocks differ write into one log. */
const disorder = 7 * 86_400;
/** What goes back by more than this, seconds, within the hour that comes twice, is of its second time. */
const setBack = 1800;
const hourSeconds = 3600;

/** When a log was written, ms since 1970. */
export interface LogSpan {
  /** About when it begins; null where that is not known. */
  readonly start: number | null;
  /** When it was last written to. */
  readonly end: number;
}

/** Reads the stamps of one log. */
export class LogClock {
  /** Whether a year had to be inferred. */
  inferred = false;
  readonly #latest: number;
  /** Seconds of the stamp before. */
  #previous: number;
  /** Which hour the last stamp without a year, or with one but without a zone, stands for, and the seconds of either. */
  #yearlessHour = -1;
  #localHour = -1;
  #localHourSeconds = 0;
  #utcHour = -1;
  #utcHourSeconds = 0;

  /** A day of grace after the end covers clocks and zones that differ. */
  constructor({ start, end }: LogSpan) {
    this.#latest = end + dayMs;
    this.#previous = start === null ? 0 : Math.floor(start / 1000);
  }

  /** Seconds of `Mmm dd hh:mm:ss` at `at` whose hour stands at `clockAt`; 0 where that is no stamp. */
  fromYearless(bytes: DataView, at: number, clockAt: number): number {
    const month = months.indexOf(monthKey(bytes, at));
    const day = dayBefore(bytes, clockAt - 1);
    const hour = twoDigits(bytes, clockAt);
    if (month < 0 || day < 1 || day > 31 || hour < 0 || hour > 23) return 0;
    return this.#yearless((month * 32 + day) * 24 + hour, intoHour(bytes, clockAt + 3));
  }

  /** Seconds of an RFC 3339 stamp within [at, end), local time where it has no zone; 0 where that is no stamp. */
  fromIso(bytes: DataView, at: number, end: number): number {
    if (end - at < isoLength) return 0;
    const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
    const month = twoDigits(bytes, at + 5);
    const day = twoDigits(bytes, at + 8);
    const hour = twoDigits(bytes, at + 11);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || hour < 0) return 0;
    const key = ((year * 13 + month) * 32 + day) * 24 + hour;
    return this.#iso(key, intoHour(bytes, at + 14), zoneOffset(bytes, at + isoLength, end));
  }

  /** Seconds of a stamp that the scanner has taken apart (scanner/time-stamp.ts); 0 where it is none. */
  fromParts(stamp: number, hour: number, second: number, offset: number): number {
    if (stamp === noStamp) return 0;
    return stamp === isoStamp ? this.#iso(hour, second, offset) : this.#yearless(hour, second);
  }

  /** `key` is ((month from 0) * 32 + day) * 24 + hour, or -1. */
  #yearless(key: number, second: number): number {
    if (key < 0 || second < 0) return 0;
    if (key !== this.#yearlessHour) {
      this.#yearlessHour = key;
      this.#localHour = -1;
      this.#localHourSeconds = this.#inferYear(Math.floor(key / 768), Math.floor(key / 24) % 32, key % 24);
    }
    return this.#localHourSeconds === 0 ? 0 : this.#inOrder(second);
  }

  /** `key` is ((year * 13 + month) * 32 + day) * 24 + hour, or -1. */
  #iso(key: number, second: number, offset: number): number {
    if (key < 0 || second < 0) return 0;
    if (offset === noZone) {
      if (key !== this.#localHour) {
        this.#localHour = key;
        this.#yearlessHour = -1;
        this.#localHourSeconds = seconds(new Date(...partsOf(key)));
      }
      return this.#inOrder(second);
    }
    if (key !== this.#utcHour) {
      this.#utcHour = key;
      this.#utcHourSeconds = Date.UTC(...partsOf(key)) / 1000;
    }
    return Math.max(0, this.#utcHourSeconds + second - offset);
  }

  /** So many seconds into the local hour: its second time where it comes twice and the clock was set back before. */
  #inOrder(second: number): number {
    if (this.#localHourSeconds + second < this.#previous - setBack) {
      const repeated = new Date((this.#localHourSeconds + hourSeconds) * 1000);
      const isTwice = repeated.getHours() === new Date(this.#localHourSeconds * 1000).getHours();
      if (isTwice) this.#localHourSeconds += hourSeconds;
    }
    this.#previous = this.#localHourSeconds + second;
    return this.#previous;
  }

  /** The first year in which that hour follows the stamp before, else the last in which it exists (29 February). */
  #inferYear(month: number, day: number, hour: number): number {
    const lastYear = new Date(this.#latest).getFullYear();
    let found = 0;
    this.inferred = true;
    for (let year = lastYear; year > lastYear - yearsBack; year--) {
      const date = new Date(year, month, day, hour);
      if (date.getMonth() !== month || date.getTime() > this.#latest) continue;
      if (found > 0 && (this.#previous === 0 || seconds(date) < this.#previous - disorder)) break;
      found = seconds(date);
    }
    return found;
  }
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** Year, month from 0, day and hour of a key. */
function partsOf(key: number): [number, number, number, number] {
  const month = Math.floor(key / 768);
  return [Math.floor(month / 13), (month % 13) - 1, Math.floor(key / 24) % 32, key % 24];
}

/** Seconds of `31:07` at `at`; -1 where that is none. */
function intoHour(bytes: DataView, at: number): number {
  const minute = twoDigits(bytes, at);
  const second = twoDigits(bytes, at + 3);
  return minute < 0 || second < 0 ? -1 : minute * 60 + second;
}

function monthKey(bytes: DataView, at: number): number {
  return ((byteAt(bytes, at) | 0x20) << 16) | ((byteAt(bytes, at + 1) | 0x20) << 8) | (byteAt(bytes, at + 2) | 0x20);
}

/** Two decimal digits, or -1. */
function twoDigits(bytes: DataView, at: number): number {
  const tens = byteAt(bytes, at) - 48;
  const ones = byteAt(bytes, at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** The one or two digits that end at `end`, or -1. */
function dayBefore(bytes: DataView, end: number): number {
  const ones = byteAt(bytes, end - 1) - 48;
  return byteAt(bytes, end - 2) === 0x20 ? (ones >= 0 && ones <= 9 ? ones : -1) : twoDigits(bytes, end - 2);
}

/** Seconds east of UTC, past the fraction of a second: `Z`, `+01:00`, `+0100`; `noZone` where there is none. */
function zoneOffset(bytes: DataView, at: number, end: number): number {
  let i = at;
  while (i < end && byteAt(bytes, i) !== 0x5a && byteAt(bytes, i) !== 0x2b && byteAt(bytes, i) !== 0x2d) i++;
  if (i >= end) return noZone;
  if (byteAt(bytes, i) === 0x5a) return 0;
  if (end - i < 5) return noZone;
  const hours = twoDigits(bytes, i + 1);
  const minutes = twoDigits(bytes, byteAt(bytes, i + 3) === 0x3a ? i + 4 : i + 3);
  if (hours < 0 || minutes < 0) return noZone;
  const offset = hours * 3600 + minutes * 60;
  return byteAt(bytes, i) === 0x2d ? -offset : offset;
}
