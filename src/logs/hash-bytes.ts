/**
 * Hashing of short byte strings: MurmurHash3 (x86, 32 bit; Austin Appleby, public domain), four bytes a step.
 */

/** The hash of [start, end). With `fold` 0x20202020 it is the same for texts that differ in ASCII case only, else use 0. */
export function hashBytes(bytes: DataView, start: number, end: number, seed: number, fold: number): number {
  let hash = seed;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = step(hash, bytes.getInt32(at, true) | fold);
  let rest = 0;
  for (let shift = 0; at < end; at++, shift += 8) rest |= bytes.getUint8(at) << shift;
  return finish(step(hash, rest | fold) ^ (end - start));
}

/** Two independent hashes of the same bytes, which together tell any number of short texts apart. */
export class TwinHash {
  high = 0;
  low = 0;

  /** Sets `high` and `low` for [start, end). */
  hash(bytes: DataView, start: number, end: number): void {
    let [high, low] = [0, 0];
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = bytes.getInt32(at, true);
      high = step(high, word);
      low = otherStep(low, word);
    }
    let rest = 0;
    for (let shift = 0; at < end; at++, shift += 8) rest |= bytes.getUint8(at) << shift;
    this.high = finish(step(high, rest) ^ (end - start));
    this.low = finish(otherStep(low, rest) ^ (end - start));
  }
}

function step(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  const next = hash ^ mixed;
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

/** A polynomial, which is enough beside the other hash; the factor is the 32-bit golden ratio. */
function otherStep(hash: number, word: number): number {
  return (Math.imul(hash, 0x9e3779b1) + word) | 0;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
