/**
 * The time stamp of the line being read → numbers that JavaScript's log-clock.ts makes a time of: which hour, and how many seconds
 * into it. Lines of one hour have one key, so that the date is worked out once for them.
 */
import { byteAt } from './bytes';
import * as line from './line';

/** `2026-11-23T09:31:07`. */
const isoLength = 19;
/** Instead of an offset: the stamp has none. */
const noZone: i32 = 1_000_000_000;
const invalid: i32 = -1;

/** Month, day and hour, with a year where the stamp has one; -1 where it is no stamp. */
export let hourKey: i32 = invalid;
/** Seconds; -1 where it is no stamp. */
export let intoHour: i32 = invalid;
/** Seconds east of UTC. */
export let zoneOffset: i32 = noZone;

/** Reads the stamp of the line. */
export function readTime(): void {
  if (line.stamp === line.noStamp) return;
  if (line.stamp === line.isoStamp) readIso(line.stampStart, line.stampEnd);
  else readYearless(line.stampStart, line.stampEnd - 8);
}

/** `Nov 23 09:31:07` with the clock at `clock`. */
function readYearless(at: i32, clock: i32): void {
  const monthOfYear = monthAt(at);
  const day = dayBefore(clock - 1);
  const hour = twoDigits(clock);
  const minute = twoDigits(clock + 3);
  const second = twoDigits(clock + 6);
  const isStamp = monthOfYear >= 0 && day >= 1 && day <= 31 && hour >= 0 && hour <= 23;
  hourKey = isStamp ? (monthOfYear * 32 + day) * 24 + hour : invalid;
  intoHour = minute < 0 || second < 0 ? invalid : minute * 60 + second;
}

/** RFC 3339, or the same with a blank between date and time, within [at, end). */
function readIso(at: i32, end: i32): void {
  hourKey = invalid;
  if (end - at < isoLength) return;
  const year = twoDigits(at) * 100 + twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  const hour = twoDigits(at + 11);
  const minute = twoDigits(at + 14);
  const second = twoDigits(at + 17);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0) return;
  hourKey = ((year * 13 + month) * 32 + day) * 24 + hour;
  intoHour = minute * 60 + second;
  zoneOffset = offsetIn(at + isoLength, end);
}

/** `Z`, `+01:00`, `+0100`, past the fraction of a second. */
function offsetIn(start: i32, end: i32): i32 {
  let at = start;
  while (at < end && load<u8>(at) !== 0x5a && load<u8>(at) !== 0x2b && load<u8>(at) !== 0x2d) at++;
  if (at >= end) return noZone;
  if (load<u8>(at) === 0x5a) return 0;
  if (end - at < 5) return noZone;
  const hours = twoDigits(at + 1);
  const minutes = twoDigits(byteAt(at + 3, end) === 0x3a ? at + 4 : at + 3);
  if (hours < 0 || minutes < 0) return noZone;
  const offset = hours * 3600 + minutes * 60;
  return load<u8>(at) === 0x2d ? -offset : offset;
}

/** The bytes of the last month read, and the month. */
let monthBytes: i32 = 0;
let month: i32 = -1;

/** The month from 0 on whose name of three letters stands there with a blank behind it; -1 where there is none. */
function monthAt(at: i32): i32 {
  const bytes = load<i32>(at);
  if (bytes !== monthBytes) {
    monthBytes = bytes;
    month = namedMonth(at);
  }
  return month;
}

/** The month from 0 on whose name of three letters stands there, in whatever case; -1 where there is none. */
function namedMonth(at: i32): i32 {
  const names = changetype<usize>('jan feb mar apr may jun jul aug sep oct nov dec ');
  const first = load<u8>(at) | 0x20;
  const second = load<u8>(at + 1) | 0x20;
  const third = load<u8>(at + 2) | 0x20;
  for (let month = 0; month < 12; month++) {
    const name = names + month * 8;
    if (load<u8>(name) === first && load<u8>(name + 2) === second && load<u8>(name + 4) === third) return month;
  }
  return -1;
}

/** The day of one or two digits that ends before `end`; -1 where there is none. */
function dayBefore(end: i32): i32 {
  if (load<u8>(end - 2) !== 0x20) return twoDigits(end - 2);
  const ones = <i32>load<u8>(end - 1) - 0x30;
  return ones >= 0 && ones <= 9 ? ones : -1;
}

function twoDigits(at: i32): i32 {
  const tens = <i32>load<u8>(at) - 0x30;
  const ones = <i32>load<u8>(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
