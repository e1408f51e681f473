import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarsen, CourseTally, sum, timeUntil } from './course.js';

/** The course of senders decided so many milliseconds after the beginning; null for those pending. */
function courseOf(times: readonly (number | null)[], lastedMs: number | null = null) {
  const tally = new CourseTally(5000, lastedMs === null ? null : 5000 + lastedMs);
  for (const time of times) tally.add(time === null ? 'pending' : 'accepted', time === null ? null : 5000 + time);
  return tally.course();
}

test('senders are counted by when they were decided', () => {
  expect(courseOf([-1, 0, 9, 10, 35, null], 80)).toEqual({
    senders: 6,
    known: { accepted: 1 },
    bins: [{ accepted: 2 }, { accepted: 1 }, {}, { accepted: 1 }],
    binMs: 10,
    lastedMs: 80,
  });
});

test('a survey that did not end lasted to its last answer', () => {
  expect(courseOf([0, 35]).lastedMs).toBe(40);
});

test.for<[share: number, after: number | null]>([
  [0.1, 10],
  [0.5, 50],
  [0.97, 100],
  [1, 100],
])('a share of %d of ten senders, one decided every 10 ms, took %s ms', ([share, after]) => {
  expect(timeUntil(courseOf([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]), share)).toBe(after);
});

test('a share is never reached where too many are pending, and at once where enough were known', () => {
  expect(timeUntil(courseOf([5, null]), 0.97)).toBeNull();
  expect(timeUntil(courseOf([-5, 3]), 0.5)).toBe(0);
});

test('however long it took, few bins hold every sender, and say when to within a thousandth', () => {
  const times = fc.array(fc.integer({ min: 0, max: 40 * 86_400_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(times, (all) => {
      const course = courseOf(all);
      expect(course.bins.length).toBeLessThanOrEqual(2048);
      for (const same of [course, coarsen(course, 7)]) {
        expect(same.bins.reduce((total, bin) => total + sum(bin), 0)).toBe(all.length);
      }
      const last = Math.max(...all);
      const found = timeUntil(course, 1) ?? Number.NaN;
      expect(found).toBeGreaterThan(last);
      expect(found - last).toBeLessThanOrEqual(Math.max(10, last / 1000));
    }),
  );
});
