import { describe, expect, test } from 'vitest';
import { viewOf } from './find-bytes.js';
import { LogClock } from './log-clock.js';

function yearless(clock: LogClock, stamp: string): string | null {
  const seconds = clock.fromYearless(viewOf(Buffer.from(stamp)), 0, stamp.length - 8);
  return seconds === 0 ? null : new Date(seconds * 1000).toLocaleString('sv-SE');
}

function iso(stamp: string): string | null {
  const bytes = Buffer.from(stamp);
  const seconds = new LogClock(Date.now()).fromIso(viewOf(bytes), 0, bytes.length);
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
    expect(yearless(new LogClock(logEnd), stamp)).toBe(expected);
  });

  test('one clock goes over New Year', () => {
    const clock = new LogClock(january);
    const stamps = ['Dec 31 23:59:59', 'Jan  1 00:00:01', 'Jan  1 01:00:01', 'Dec 31 23:10:00'];
    expect(stamps.map((stamp) => yearless(clock, stamp)?.slice(0, 13))).toEqual([
      '2025-12-31 23',
      '2026-01-01 00',
      '2026-01-01 01',
      '2025-12-31 23',
    ]);
  });
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
