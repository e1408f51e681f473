/**
 * Values of options: text in, number out, or a UsageError that shows the text and what would do.
 */
import type { Moment } from '../survey.js';
import { UsageError } from './usage-error.js';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  '': 1000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Longest time that a Node timer can wait: 2^31 - 1 ms, about 24 days; ages may be longer. */
const tenYearsMs = 10 * 365 * 86_400_000;

/** Parser of durations such as `500ms`, `45s`, `15m`, `36h`, `7d`; a bare number is seconds. Gives milliseconds. */
export function parseDuration(option: string): (text: unknown) => number {
  return (given) => {
    const text = String(single(option, given)).trim();
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w|)$/.exec(text);
    const milliseconds = match ? Number(match[1]) * (unitMs[match[2] ?? ''] ?? Number.NaN) : Number.NaN;
    if (!(milliseconds <= tenYearsMs)) {
      throw new UsageError(`${option} ${text}: not a duration; write it like 45s, 15m, 36h or 7d`);
    }
    return Math.round(milliseconds);
  };
}

/** `2026-11-16`, `2026-11-16T09:30`, `2026-11-16 09:30:00.5+01:00`. */
const isoTime = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Parser of times: an age such as `36h` or `7d`, or ISO 8601 (a day is its beginning; without a zone it is local time). An
 * option that was not given stays undefined.
 */
export function parseTime(option: string, now: () => number): (text: unknown) => Moment {
  return (given) => {
    const text = String(single(option, given)).trim();
    if (/^\d+(?:\.\d+)?(?:m|h|d|w)$/.test(text)) {
      return { written: text, time: now() - parseDuration(option)(text) };
    }
    const time = timeOfIso(text);
    if (!Number.isNaN(time)) return { written: text, time };
    throw new UsageError(
      `${option} ${text || '(empty)'}: not a time; write it like 2026-11-16, 2026-11-16T09:30, or as an age such as 36h or 7d`,
    );
  };
}

/** ms since 1970, or NaN. */
function timeOfIso(text: string): number {
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone] = isoTime.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return Number.NaN;
  // Date takes 31 February for the third of March.
  if (Number(day) > new Date(Number(year), Number(month), 0).getDate()) return Number.NaN;
  const offset = zone?.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2') ?? '';
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
}

/** Parser of whole numbers from `least` up. An option that was not given stays undefined. */
export function parseCount(option: string, least: number): (text: unknown) => number {
  return (text) => parseWhole(option, text, least, Number.MAX_SAFE_INTEGER);
}

/** Parser of TCP port numbers. */
export function parsePort(option: string): (text: unknown) => number {
  return (text) => parseWhole(option, text, 1, 65_535);
}

/** Parser of file modes such as `0660`; in a file of --config they are text. */
export function parseFileMode(option: string): (given: unknown) => number {
  return (given) => {
    const text = String(single(option, given));
    if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
    throw new UsageError(`${option} ${text || '(empty)'}: not a file mode; write it like 0660`);
  };
}

/** Parser of words that may look like numbers, as they do in a file of --config. */
export function parseText(option: string): (given: unknown) => string {
  return (given) => String(single(option, given));
}

function parseWhole(option: string, given: unknown, least: number, most: number): number {
  const text = String(single(option, given)).trim();
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
    throw new UsageError(`${option} ${text || '(empty)'}: not a whole number ${range}`);
  }
  return value;
}

/** yargs gives an array for an option that was repeated: only repeatable ones may be. */
function single<T>(option: string, value: T | readonly T[]): T {
  if (!Array.isArray(value)) return value as T;
  throw new UsageError(`${option} may be given only once`);
}
