import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSample, type Weighed } from './choose-sample.js';

function sendersOf(count: number, first = 0): Weighed[] {
  return Array.from({ length: count }, (_, index) => {
    return { address: `sender${first + index}@example.com`, messages: 1 + (index % 3) };
  });
}

function membersOf(senders: readonly Weighed[], size: number, seed: string): string[] {
  const sample = chooseSample(senders, size, seed);
  return senders.map(({ address }) => address).filter((address) => sample.has(address));
}

test('as many as asked for, of how many, and what they all weigh', () => {
  const sample = chooseSample(sendersOf(9), 4, 'x');
  expect(sample).toMatchObject({ size: 4, population: 9, messages: 18, squaredMessages: 3 * (1 + 4 + 9) });
  expect(membersOf(sendersOf(9), 4, 'x')).toHaveLength(4);
});

test.for([
  [0, 5, 0],
  [5, 5, 5],
  [5, 9, 5],
  [5000, 4999, 4999],
])('of %i senders, %i asked for are %i', ([population, asked, size]) => {
  const senders = sendersOf(population!);
  expect(membersOf(senders, asked!, 'x')).toHaveLength(size!);
  expect(chooseSample(senders, asked!, 'x').size).toBe(size);
});

test('a known sample stays what it is: other versions must draw the same', () => {
  expect(membersOf(sendersOf(20), 4, '2005')).toEqual([
    'sender6@example.com',
    'sender7@example.com',
    'sender9@example.com',
    'sender19@example.com',
  ]);
});

test('spellings of one address are one sender', () => {
  const senders = ['a@example.com', '"a"@EXAMPLE.com', 'A@example.com', 'no address'].map((address) => {
    return { address, messages: 1 };
  });
  expect(chooseSample(senders, 9, 'x').population).toBe(3);
  const sample = chooseSample(senders, 1, 'x');
  expect(sample.has('a@example.com')).toBe(sample.has('"a"@EXAMPLE.com'));
});

describe('a sample', () => {
  const seed = fc.string();
  const counts = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 60 }));

  test('is part of a larger one, and is the same in any order', () => {
    fc.assert(
      fc.property(seed, counts, (drawn, [population, size, more]) => {
        const senders = sendersOf(population);
        const members = membersOf(senders, size, drawn);
        expect(membersOf(senders, size + more, drawn)).toEqual(expect.arrayContaining(members));
        expect(membersOf(senders.toReversed(), size, drawn).toReversed()).toEqual(members);
      }),
    );
  });

  test('changes by no more than the senders that are new', () => {
    fc.assert(
      fc.property(seed, counts, (drawn, [population, size, more]) => {
        const before = membersOf(sendersOf(population), size, drawn);
        const after = membersOf(sendersOf(population + more), size, drawn);
        const old = new Set(sendersOf(population).map(({ address }) => address));
        expect(before).toEqual(expect.arrayContaining(after.filter((address) => old.has(address))));
      }),
    );
  });

  test('of samples merges: the lowest of two logs are among the lowest of each', () => {
    const [one, other] = [sendersOf(300), sendersOf(300, 200)];
    const members = membersOf([...one, ...sendersOf(200, 300)], 50, 'x');
    const ofEach = new Set([...membersOf(one, 50, 'x'), ...membersOf(other, 50, 'x')]);
    expect(members.filter((address) => !ofEach.has(address))).toEqual([]);
  });
});

test('every sender and every pair is as likely as another', () => {
  const [population, size, draws] = [20, 5, 4000];
  const senders = sendersOf(population);
  const [alone, together] = [new Map<string, number>(), new Map<string, number>()];
  const count = (of: Map<string, number>, key: string): unknown => of.set(key, (of.get(key) ?? 0) + 1);
  for (let seed = 0; seed < draws; seed++) {
    const members = membersOf(senders, size, String(seed));
    for (const [at, one] of members.entries()) {
      count(alone, one);
      for (const other of members.slice(at + 1)) count(together, `${one} ${other}`);
    }
  }
  expect(chiSquare(alone, population, (draws * size) / population)).toBeLessThan(43.8);
  const pairs = (population * (population - 1)) / 2;
  expect(chiSquare(together, pairs, (draws * size * (size - 1)) / 2 / pairs)).toBeLessThan(255);
});

/**
 * Compared with the 99.9th percentile for 19 and 189 degrees of freedom, 43.8 and 255; a sample without replacement varies
 * less than the independent counts that these are for.
 */
function chiSquare(counts: ReadonlyMap<string, number>, cells: number, expected: number): number {
  const seen = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return seen + (cells - counts.size) * expected;
}
