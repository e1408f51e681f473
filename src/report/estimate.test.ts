/**
 * Whether the intervals hold what they promise. For senders coverage is computed exactly, from the hypergeometric
 * distribution of the sample; for messages samples are drawn from made-up logs, with seeds.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateShare, type Estimate, type Population, type Sums } from './estimate.js';

/** So many senders that weigh 1 each. */
function equal(senders: number): Population {
  return { sum: senders, squares: senders, senders };
}

function shareOfSenders(hits: number, size: number, population: number): Estimate {
  return estimateShare(equal(hits), equal(size), equal(size), equal(population))!;
}

describe('the formula', () => {
  test("without end of senders it is Wilson's interval", () => {
    const { share, low, high } = shareOfSenders(20, 100, 1e12);
    expect([share, low, high]).toEqual([0.2, expect.closeTo(0.133_367, 6), expect.closeTo(0.288_829, 6)]);
  });

  test('the finite population correction: 20 of 100 are worth 20 % of 100 × 499 / 400 answers', () => {
    const [share, inverse, z] = [0.2, 400 / (100 * 499), 1.959964];
    const half = z * Math.sqrt(share * (1 - share) * inverse + (z * inverse) ** 2 / 4);
    const { low, high, about } = shareOfSenders(20, 100, 500);
    expect(low).toBeCloseTo((share + (z * z * inverse) / 2 - half) / (1 + z * z * inverse), 6);
    expect(high).toBeCloseTo((share + (z * z * inverse) / 2 + half) / (1 + z * z * inverse), 6);
    expect(about).toBe(100);
  });

  test('a census leaves no doubt', () => {
    expect(shareOfSenders(3, 7, 7)).toEqual({ share: 3 / 7, low: 3 / 7, high: 3 / 7, about: 3 });
    expect(shareOfSenders(1, 1, 1)).toEqual({ share: 1, low: 1, high: 1, about: 1 });
  });

  test('a whole that nothing of the sample belongs to has no share', () => {
    expect(estimateShare(equal(0), equal(0), equal(9), equal(99))).toBeNull();
  });

  test('a big sender outside of the sample widens the interval, though the sample is the same', () => {
    const sample = equal(100);
    const high = (population: Population): number => estimateShare(equal(0), sample, sample, population)!.high;
    expect(high({ senders: 1000, sum: 1000, squares: 1000 })).toBeLessThan(0.04);
    expect(high({ senders: 1000, sum: 1500, squares: 999 + 501 ** 2 })).toBeGreaterThan(0.3);
  });

  test('whatever was counted, the interval holds the share, and what it could not be is outside', () => {
    const sender = fc.record({ weight: fc.nat({ max: 1000 }), hit: fc.boolean(), checked: fc.boolean() });
    fc.assert(
      fc.property(fc.array(sender, { minLength: 1 }), fc.nat({ max: 100 }), (senders, drawn) => {
        const sample = senders.slice(0, drawn);
        const checked = sample.filter(({ checked: isChecked }) => isChecked);
        const hits = checked.filter(({ hit }) => hit);
        const population = { ...sumsOf(senders), senders: senders.length };
        const estimate = estimateShare(sumsOf(hits), sumsOf(checked), sumsOf(sample), population);
        if (estimate === null) return sumsOf(checked).sum === 0;
        const { share, low, high } = estimate;
        const rest = population.sum - sumsOf(sample).sum;
        expect(share).toBe(sumsOf(hits).sum / sumsOf(checked).sum);
        expect([low <= share, share <= high]).toEqual([true, true]);
        expect(low).toBeGreaterThanOrEqual(Math.min(share, sumsOf(hits).sum / (sumsOf(checked).sum + rest)));
        expect(high).toBeLessThanOrEqual(1);
        return true;
      }),
    );
  });
});

/**
 * Nominal is 95 %. An interval from whole counts cannot cover just that for every share: coverage goes up and down with
 * it (Brown, Cai, DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 16, 2001). Demanded is
 * 93 % on average of any ten neighbouring shares, of which the sample has five hits or more to expect, and as many misses;
 * 90 % for each of these; and 95 % on average of all shares from none to all, the tiny ones too.
 */
describe('senders: coverage, exactly', () => {
  test.for([
    [50, 20],
    [100, 30],
    [300, 50],
    [1000, 100],
    [1000, 900],
    [2000, 1000],
    [5000, 50],
  ] as const)('of %i senders %i are drawn', ([population, size]) => {
    const intervals = Array.from({ length: size + 1 }, (_, hits) => shareOfSenders(hits, size, population));
    const coverages = Array.from({ length: population + 1 }, (_, all) => coverageOf(all, population, size, intervals));
    const [from, to] = [Math.ceil((5 * population) / size), Math.floor(population - (5 * population) / size)];
    const fair = coverages.slice(from, to + 1);
    expect(Math.min(...fair)).toBeGreaterThan(0.9);
    expect(Math.min(...fair.slice(9).map((_, at) => mean(fair.slice(at, at + 10))))).toBeGreaterThan(0.93);
    expect(mean(coverages)).toBeGreaterThan(0.95);
  });
});

/** The chance that a sample's interval holds the true share, where `all` of the population are hits. */
function coverageOf(all: number, population: number, size: number, intervals: readonly Estimate[]): number {
  let covered = 0;
  for (const [hits, { low, high }] of intervals.entries()) {
    const share = all / population;
    if (low <= share && share <= high) covered += hypergeometric(hits, all, population, size);
  }
  return covered;
}

function hypergeometric(hits: number, all: number, population: number, size: number): number {
  if (hits > all || size - hits > population - all) return 0;
  return Math.exp(choose(all, hits) + choose(population - all, size - hits) - choose(population, size));
}

const logFactorials = [0];
for (let n = 1; n <= 5000; n++) logFactorials.push(logFactorials[n - 1]! + Math.log(n));

/** The logarithm of the binomial coefficient. */
function choose(n: number, k: number): number {
  return logFactorials[n]! - logFactorials[k]! - logFactorials[n - k]!;
}

interface Weighed {
  readonly weight: number;
  readonly hit: boolean;
}

type Random = () => number;

/** How many messages a sender sent. Of mail logs, most senders sent one, and few very many. */
const messageCounts: Readonly<Record<string, (random: Random) => number>> = {
  one: () => 1,
  'log-normal, most below 10': (random) => Math.ceil(Math.exp(normal(random))),
  'log-normal, up to thousands': (random) => Math.ceil(Math.exp(2 * normal(random))),
  'Pareto, a few with thousands': (random) => Math.ceil((1 - random()) ** (-1 / 1.5)),
};

/** How answers go with message counts: not at all, regular correspondents are mostly hits, or mostly not. */
const tendencies: Readonly<Record<string, (share: number, messages: number) => number>> = {
  none: (share) => share,
  'more of the big': (share, messages) => Math.min(share * (messages > 3 ? 1.8 : 0.8), 1),
  'fewer of the big': (share, messages) => share * (messages > 3 ? 0.5 : 1),
};

/**
 * Nominal is 95 % again. A thousand samples, 50 of each of 20 logs, tell coverage to ±0.7 % (standard error) or worse, since
 * those of one log are not independent of its big senders. Demanded is 93 % for each share and size, and 94.5 % on average
 * of the nine. (Wilson's interval with the linearised variance alone, which is what survey software offers, had 80 % here.)
 */
describe('messages: coverage in a thousand samples', () => {
  const shares = [0.5, 0.2, 0.05];
  const kinds = Object.keys(messageCounts).flatMap((counts) =>
    Object.keys(tendencies).map((tendency) => [counts, tendency] as const),
  );

  test.for(kinds)('messages: %s; tendency: %s', ([counts, tendency]) => {
    const coverages = [
      [200, 40],
      [2000, 100],
      [2000, 1000],
    ].flatMap(([population, size]) => {
      return shares.map((share, at) => {
        const random = randomFrom(population! * 31 + size! + at);
        const logs = Array.from({ length: 20 }, () => makeLog(population!, share, counts, tendency, random));
        return mean(logs.map((log) => coverageIn(log, size!, 50, random)));
      });
    });
    expect(mean(coverages)).toBeGreaterThan(0.945);
    expect(Math.min(...coverages)).toBeGreaterThan(0.93);
  });
});

function makeLog(size: number, share: number, counts: string, tendency: string, random: Random): Weighed[] {
  return Array.from({ length: size }, () => {
    const weight = messageCounts[counts]!(random);
    return { weight, hit: random() < tendencies[tendency]!(share, weight) };
  });
}

/** The share of the samples of one log whose interval holds the log's true share. */
function coverageIn(log: Weighed[], size: number, samples: number, random: Random): number {
  const truth = sumsOf(log.filter(({ hit }) => hit)).sum / sumsOf(log).sum;
  const population = { ...sumsOf(log), senders: log.length };
  let covered = 0;
  for (let drawn = 0; drawn < samples; drawn++) {
    const sample = draw(log, size, random);
    const sums = sumsOf(sample);
    const { low, high } = estimateShare(sumsOf(sample.filter(({ hit }) => hit)), sums, sums, population)!;
    if (low <= truth + 1e-12 && truth <= high + 1e-12) covered += 1;
  }
  return covered / samples;
}

/** The first of a shuffle that goes no further. */
function draw(log: Weighed[], size: number, random: Random): Weighed[] {
  for (let at = 0; at < size; at++) {
    const other = at + Math.floor(random() * (log.length - at));
    [log[at], log[other]] = [log[other]!, log[at]!];
  }
  return log.slice(0, size);
}

function sumsOf(senders: readonly Pick<Weighed, 'weight'>[]): Sums {
  let [sum, squares] = [0, 0];
  for (const { weight } of senders) {
    sum += weight;
    squares += weight ** 2;
  }
  return { sum, squares };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mulberry32, by Tommy Ettinger: from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
