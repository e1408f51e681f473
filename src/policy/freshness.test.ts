import { expect, test } from 'vitest';
import { freshnessOf, replaces } from './freshness.js';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse('2026-11-16T12:00:00Z');

test.for([
  ['good', 7 * day - 1, 'fresh'],
  ['good', 7 * day, 'due'],
  ['good', 31 * day - 1, 'due'],
  ['good', 31 * day, 'expired'],
  ['bad', 3 * hour - 1, 'fresh'],
  ['bad', 3 * hour, 'due'],
  ['bad', 3 * day - 1, 'due'],
  ['bad', 3 * day, 'expired'],
  ['undecided', hour / 2 - 1, 'fresh'],
  ['undecided', hour / 2, 'expired'],
] as const)('%s, %d ms old: %s', ([standing, age, freshness]) => {
  expect(freshnessOf(standing, now - age, now - age, now)).toBe(freshness);
});

test('a failed refresh is not tried again at once', () => {
  expect(freshnessOf('good', now - 8 * day, now - hour / 2 + 1, now)).toBe('fresh');
  expect(freshnessOf('good', now - 8 * day, now - hour / 2, now)).toBe('due');
});

test.for([
  [null, 0, 'undecided', true],
  ['good', 8 * day, 'undecided', false],
  ['good', 8 * day, 'bad', false],
  ['good', 8 * day, 'good', true],
  ['good', 31 * day, 'bad', true],
  ['bad', hour, 'undecided', true],
  ['bad', hour, 'good', true],
  ['undecided', hour, 'bad', true],
] as const)('%s, %d ms old, is replaced by %s: %s', ([known, age, found, isReplaced]) => {
  const before = known && { standing: known, checkedAt: now - age };
  expect(replaces(before, found, now)).toBe(isReplaced);
});
