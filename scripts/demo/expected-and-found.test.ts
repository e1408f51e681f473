import { expect, test } from 'vitest';
import { agree, compare, renderComparison } from './expected-and-found.js';

test.for<[string, Record<string, number>, Record<string, number>, 'all' | 'only those expected', boolean]>([
  ['equal', { a: 1 }, { a: 1 }, 'all', true],
  ['different', { a: 1 }, { a: 2 }, 'all', false],
  ['missing', { a: 0 }, {}, 'all', false],
  ['more than expected', { a: 1 }, { a: 1, b: 1 }, 'all', false],
  ['more, where only those expected count', { a: 1 }, { a: 1, b: 1 }, 'only those expected', true],
])('%s', ([, expected, found, open, agreed]) => {
  expect(agree(compare(expected, found, open))).toBe(agreed);
});

test('the table marks what differs', () => {
  const table = renderComparison('senders', compare({ checked: 12, reachable: 7 }, { checked: 12, b: 1 }, 'all'));
  expect(table.split('\n').map((line) => line.trim().split(/ +/))).toEqual([
    ['senders', 'expected', 'found'],
    ['checked', '12', '12'],
    ['reachable', '7', '-', '<--', 'differs'],
    ['b', '0', '1', '<--', 'differs'],
  ]);
});
