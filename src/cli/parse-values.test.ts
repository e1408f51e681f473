import { describe, expect, test } from 'vitest';
import { parseTime } from './parse-values.js';

describe('times', () => {
  const now = Date.UTC(2026, 10, 23, 12);
  const parse = parseTime('--since', () => now);
  const local = (...parts: [number, number, number, number?, number?, number?]): number => new Date(...parts).getTime();

  test.for([
    ['2026-11-16', local(2026, 10, 16)],
    ['2026-11-16T09:30', local(2026, 10, 16, 9, 30)],
    ['2026-11-16 09:30:05', local(2026, 10, 16, 9, 30, 5)],
    ['2026-11-16T09:30:05.123', local(2026, 10, 16, 9, 30, 5)],
    ['2026-11-16T09:30Z', Date.UTC(2026, 10, 16, 9, 30)],
    ['2026-11-16T09:30:05+01:00', Date.UTC(2026, 10, 16, 8, 30, 5)],
    ['2026-11-16T09:30:05-0130', Date.UTC(2026, 10, 16, 11, 0, 5)],
    ['2024-02-29', local(2024, 1, 29)],
    ['7d', now - 7 * 86_400_000],
    ['36h', now - 36 * 3_600_000],
    ['1.5h', now - 5_400_000],
    [' 2w ', now - 14 * 86_400_000],
  ] as const)('%s', ([text, time]) => {
    expect(parse(text)).toEqual({ written: text.trim(), time });
  });

  test.for([
    '',
    '7',
    '7s',
    '-7d',
    '16.11.2026',
    '2026-11',
    '2026-11-31',
    '2026-02-29',
    '2026-13-01',
    '2026-11-16T25:00',
    'yesterday',
  ])('not %s', (text) => {
    expect(() => parse(text)).toThrow(/--since .*: not a time; write it like 2026-11-16/);
  });

  test('not twice', () => {
    expect(() => parse(['7d', '8d'])).toThrow('--since may be given only once');
  });
});
