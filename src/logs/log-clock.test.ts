import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewOf } from './find-bytes.js';
import { LogClock } from './log-clock.js';

function fromYearless(clock: LogClock, stamp: string): number {
  return clock.fromYearless(viewOf(Buffer.from(stamp)), 0, stamp.length - 8);
}

function fromIso(clock: LogClock, stamp: string): number {
  return clock.fromIso(viewOf(Buffer.from(stamp)), 0, stamp.length);
}

function yearless(clock: LogClock, stamp: string): string | null {
  const seconds = fromYearless(clock, stamp);
  return seconds === 0 ? null : new Date(seconds * 1000).toLocaleString('sv-SE');
}

function iso(stamp: string): string | null {
  const seconds = fromIso(new LogClock({ start: null, end: Date.now() }), stamp);
  return seconds === 0 ? null : new Date(seconds * 1000).toISOString();
}

describe('stamps without a year', () => {
  const january = new Date(2026, 0, 5, 12, 0, 0).getTime();

  test.for([
    ['within the year', january, 'Jan  3 09:31:07', '2026-01-03 09:31:07'],
    ['before New Year', january, 'Dec 31 23:59:59', '2025-12-31 23:59:59'],
    ['a clock that is ahead', january, 'Jan  6 11:00:00', '2026-01-06 11:00:00'],
    ['more than a day ahead is last year', january, 'Jan  7 09:31:07', '2025-01-07 09:31:07'],
    ['29 February is in the last leap year', january, 'Feb 29 10:00:00', '2024-02-29 10:00:00'],
    ['a day that is not padded', january, 'Jan 3 09:31:07', '2026-01-03 09:31:07'],
    ['upper case', january, 'JAN  3 09:31:07', '2026-01-03 09:31:07'],
    ['no month', january, 'Abc  3 09:31:07', null],
    ['no day', january, 'Jan 40 09:31:07', null],
    ['no time', january, 'Jan  3 09:xx:07', null],
    ['no hour', january, 'Jan  3 29:31:07', null],
  ] as const)('%s', ([, logEnd, stamp, expected]) => {
    expect(yearless(new LogClock({ start: null, end: logEnd }), stamp)).toBe(expected);
  });

  test('one clock goes over New Year', () => {
    const clock = new LogClock({ start: null, end: january });
    const stamps = ['Dec 31 23:59:59', 'Jan  1 00:00:01', 'Jan  1 01:00:01', 'Dec 31 23:10:00'];
    expect(stamps.map((stamp) => yearless(clock, stamp)?.slice(0, 13))).toEqual([
      '2025-12-31 23',
      '2026-01-01 00',
      '2026-01-01 01',
      '2025-12-31 23',
    ]);
  });
});

describe('years by the order of lines', () => {
  const november = new Date(2026, 10, 23).getTime();

  /** The years that these stamps get, `start` being when the log began. */
  function years(start: string | null, ...stamps: string[]): string {
    const clock = new LogClock({ start: start === null ? null : new Date(start).getTime(), end: november });
    return stamps.map((stamp) => yearless(clock, `${stamp} 09:31:07`)?.slice(0, 4)).join(' ');
  }

  test.for([
    [
      'a log of three years whose beginning is known',
      '2024-03-01',
      ['Mar  1', 'Dec 31', 'Jan  1', 'Jul  1', 'Dec 31', 'Jan  1', 'Nov 22'],
      '2024 2024 2025 2025 2025 2026 2026',
    ],
    ['the same day a year later', '2025-11-20', ['Nov 20', 'Nov 21', 'Mar  1', 'Nov 20'], '2025 2025 2026 2026'],
    ['a beginning that is not known', null, ['Nov 20', 'Dec  1', 'Mar  1', 'Nov 20'], '2026 2025 2026 2026'],
    [
      'hosts whose clocks differ',
      '2024-12-30',
      ['Dec 31', 'Jan  1', 'Dec 31', 'Jan  2', 'Dec 28', 'Jan  2'],
      '2024 2025 2024 2025 2024 2025',
    ],
    ['leap day', '2024-01-01', ['Feb 28', 'Feb 29', 'Mar  1'], '2024 2024 2024'],
    [
      'leap day, then a year without one',
      '2024-01-01',
      ['Feb 29', 'Feb 28', 'Jul  1', 'Feb 28'],
      '2024 2024 2024 2025',
    ],
    ['logs put together in the wrong order', null, ['Nov 20', 'Nov 22', 'Oct  1', 'Nov 20'], '2026 2026 2026 2026'],
    ['a beginning that is too early', '2020-01-01', ['Mar  1', 'Nov 22'], '2020 2020'],
  ] as const)('%s', ([, start, stamps, expected]) => {
    expect(years(start, ...stamps)).toBe(expected);
  });
});

describe('the end of summer time', () => {
  const zone = process.env['TZ'];
  beforeAll(() => void (process.env['TZ'] = 'Europe/Berlin'));
  afterAll(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  test.for([
    ['without a year', (clock: LogClock, time: string) => fromYearless(clock, `Oct 25 ${time}`)],
    ['with a year, without a zone', (clock: LogClock, time: string) => fromIso(clock, `2026-10-25 ${time}`)],
  ] as const)('%s: the hour that comes twice', ([, read]) => {
    const clock = new LogClock({ start: null, end: Date.UTC(2026, 9, 25, 12) });
    const times = ['01:59:59', '02:30:00', '02:59:59', '02:59:50', '02:00:01', '02:59:59', '03:00:00'];
    const utc = times.map((time) => new Date(read(clock, time) * 1000).toISOString().slice(11, 19));
    expect(utc).toEqual(['23:59:59', '00:30:00', '00:59:59', '00:59:50', '01:00:01', '01:59:59', '02:00:00']);
  });

  test('a line that is late on another day changes nothing', () => {
    const clock = new LogClock({ start: null, end: Date.UTC(2026, 10, 25) });
    const times = ['02:59:59', '02:00:01', '02:59:59'].map((time) => fromYearless(clock, `Oct 26 ${time}`));
    expect(times[1]).toBe(times[0]! - 3598);
    expect(times[2]).toBe(times[0]);
  });
});

test('whether years were inferred is known', () => {
  const clock = new LogClock({ start: null, end: Date.UTC(2026, 10, 23) });
  fromIso(clock, '2026-11-23T09:31:07Z');
  expect(clock.inferred).toBe(false);
  fromYearless(clock, 'Nov 23 09:31:07');
  expect(clock.inferred).toBe(true);
});

test.for([
  ['2026-11-23T09:31:07Z', '2026-11-23T09:31:07.000Z'],
  ['2026-11-23T09:31:07.999999+01:00', '2026-11-23T08:31:07.000Z'],
  ['2026-11-23T09:31:07-0530', '2026-11-23T15:01:07.000Z'],
  ['2026-11-23T09:31:07', new Date(2026, 10, 23, 9, 31, 7).toISOString()],
  ['2026-13-23T09:31:07Z', null],
  ['2026-11-23T09:3', null],
] as const)('RFC 3339: %s', ([stamp, expected]) => {
  expect(iso(stamp)).toBe(expected);
});
