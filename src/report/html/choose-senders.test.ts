import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { importanceOf, ImportanceTally } from './choose-senders.js';

function choose(importances: readonly number[], limit: number): number[] {
  const tally = new ImportanceTally();
  for (const importance of importances) tally.add(importance);
  const isChosen = tally.chooser(limit);
  return [...importances.keys()].filter((index) => isChosen(importances[index] ?? 0));
}

test('wanted ones that would be refused come first, then wanted ones, then those with most messages', () => {
  const senders = [
    importanceOf('rejected', false, 1e15),
    importanceOf('accepted', true, 1),
    importanceOf('undeliverable', true, 0),
    importanceOf('pending', false, 2),
    importanceOf('rejected', true, 0),
  ];
  expect(choose(senders, 2)).toEqual([2, 4]);
  expect(choose(senders, 3)).toEqual([1, 2, 4]);
  expect(choose(senders, 4)).toEqual([0, 1, 2, 4]);
});

test('as many are chosen as there is room for, the most important ones, the first of equals', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 })), fc.nat({ max: 20 }), (importances, limit) => {
      const ranked = [...importances.keys()].toSorted((a, b) => (importances[b] ?? 0) - (importances[a] ?? 0) || a - b);
      expect(choose(importances, limit)).toEqual(ranked.slice(0, limit).toSorted((a, b) => a - b));
    }),
  );
});
