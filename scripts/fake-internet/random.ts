/**
 * Seeded randomness, so that the same seed gives the same world, the same log and the same latencies.
 */

/** Numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** FNV-1a, 32 bits, of the text's UTF-16 units, stirred once more so that similar texts lie far apart. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A generator of its own for each seed (mulberry32). */
export function seededRandom(seed: number | string): Random {
  let state = hash32(String(seed));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number between the two bounds, evenly. */
export function between(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}

/** A whole number between the two bounds, both included, evenly. */
export function wholeBetween(random: Random, least: number, most: number): number {
  return Math.floor(between(random, least, most + 1));
}

/** One of the things, evenly. Throws where there are none. */
export function pick<T>(random: Random, things: readonly T[]): T {
  const thing = things[Math.floor(random() * things.length)];
  if (thing === undefined) throw new RangeError('nothing to pick from');
  return thing;
}

/** The things in a new, random order. */
export function shuffled<T>(random: Random, things: readonly T[]): T[] {
  const drawn = things.map((thing) => ({ thing, lot: random() }));
  return drawn.toSorted((one, other) => one.lot - other.lot).map(({ thing }) => thing);
}
