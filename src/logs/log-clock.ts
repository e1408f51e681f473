/**
 * Time stamps of log lines → seconds since 1970 UTC. Lines of one hour share one computation of the date.
 *
 * RFC 3164 stamps (`Nov 23 09:31:07`) have neither year nor zone: they are read in the local time zone and get the latest
 * year that does not put them after the end of the log. RFC 3339 stamps (`2026-11-23T09:31:07.5+01:00`) say it all.
 */
const dayMs = 86_400_000;
/** Not an offset. */
const noZone = 1e9;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map((name) =>
  monthKey(Buffer.from(name), 0),
);

/** Reads the stamps of one log. */
export class LogClock {
  readonly #latest: number;
  #localHour = -1;
  #localHourSeconds = 0;
  #utcHour = -1;
  #utcHourSeconds = 0;

  /** `logEnd`: when the log was last written to, ms since 1970. A day of grace covers clocks and zones that differ. */
  constructor(logEnd: number) {
    this.#latest = logEnd + dayMs;
  }

  /** Seconds of `Mmm dd hh:mm:ss` at `at` whose hour stands at `clockAt`; 0 where that is no stamp. */
  fromYearless(bytes: Uint8Array, at: number, clockAt: number): number {
    const month = months.indexOf(monthKey(bytes, at));
    const day = dayBefore(bytes, clockAt - 1);
    const hour = twoDigits(bytes, clockAt);
    const minute = twoDigits(bytes, clockAt + 3);
    const second = twoDigits(bytes, clockAt + 6);
    if (month < 0 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || second < 0) return 0;
    const key = (month * 32 + day) * 24 + hour;
    if (key !== this.#localHour) {
      this.#localHour = key;
      this.#localHourSeconds = this.#latestYear(month, day, hour);
    }
    return this.#localHourSeconds === 0 ? 0 : this.#localHourSeconds + minute * 60 + second;
  }

  /** Seconds of an RFC 3339 stamp within [at, end), local time where it has no zone; 0 where that is no stamp. */
  fromIso(bytes: Uint8Array, at: number, end: number): number {
    const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
    const month = twoDigits(bytes, at + 5);
    const day = twoDigits(bytes, at + 8);
    const hour = twoDigits(bytes, at + 11);
    const minute = twoDigits(bytes, at + 14);
    const second = twoDigits(bytes, at + 17);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0) return 0;
    const offset = zoneOffset(bytes, at + 19, end);
    if (offset === noZone) return seconds(new Date(year, month - 1, day, hour, minute, second));
    const key = ((year * 13 + month) * 32 + day) * 24 + hour;
    if (key !== this.#utcHour) {
      this.#utcHour = key;
      this.#utcHourSeconds = Date.UTC(year, month - 1, day, hour) / 1000;
    }
    return Math.max(0, this.#utcHourSeconds + minute * 60 + second - offset);
  }

  /** The latest year in which that day exists (29 February) and is not past the end of the log. */
  #latestYear(month: number, day: number, hour: number): number {
    const lastYear = new Date(this.#latest).getFullYear();
    for (let year = lastYear; year > lastYear - 9; year--) {
      const date = new Date(year, month, day, hour);
      if (date.getMonth() === month && date.getTime() <= this.#latest) return seconds(date);
    }
    return 0;
  }
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function monthKey(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) | 0x20) << 16) | (((bytes[at + 1] ?? 0) | 0x20) << 8) | ((bytes[at + 2] ?? 0) | 0x20);
}

/** Two decimal digits, or -1. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 48;
  const ones = (bytes[at + 1] ?? 0) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** The one or two digits that end at `end`, or -1. */
function dayBefore(bytes: Uint8Array, end: number): number {
  const ones = (bytes[end - 1] ?? 0) - 48;
  return bytes[end - 2] === 0x20 ? (ones >= 0 && ones <= 9 ? ones : -1) : twoDigits(bytes, end - 2);
}

/** Seconds east of UTC, past the fraction of a second: `Z`, `+01:00`, `+0100`; `noZone` where there is none. */
function zoneOffset(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i] !== 0x5a && bytes[i] !== 0x2b && bytes[i] !== 0x2d) i++;
  if (i >= end) return noZone;
  if (bytes[i] === 0x5a) return 0;
  const hours = twoDigits(bytes, i + 1);
  const minutes = twoDigits(bytes, bytes[i + 3] === 0x3a ? i + 4 : i + 3);
  if (hours < 0 || minutes < 0) return noZone;
  const offset = hours * 3600 + minutes * 60;
  return bytes[i] === 0x2d ? -offset : offset;
}
