/**
 * Hashing of short byte strings.
 */

/** Two independent 32-bit hashes of [start, end) in one word: together they tell any number of short texts apart. */
export function hashTwice(start: i32, end: i32): u64 {
  let hash: u64 = <u64>(end - start);
  let at = start;
  for (; at + 8 <= end; at += 8) hash = mix(hash, load<u64>(at));
  let rest: u64 = 0;
  for (let shift: u64 = 0; at < end; at++, shift += 8) rest |= (<u64>load<u8>(at)) << shift;
  return finish(mix(hash, rest));
}

/** A multiplication by the 64-bit golden ratio spreads what the words before have left. */
function mix(hash: u64, word: u64): u64 {
  return (rotl(hash, 29) ^ word) * 0x9e3779b97f4a7c15;
}

/** The finishing steps of MurmurHash3 (x64; Austin Appleby, public domain). */
function finish(hash: u64): u64 {
  let mixed = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  mixed = (mixed ^ (mixed >> 33)) * 0xc4ceb9fe1a85ec53;
  return mixed ^ (mixed >> 33);
}

/**
 * MurmurHash3 (x86, 32 bit) of [start, end) with upper case taken for lower case: the same as `hashBytes` in hash-bytes.ts gives
 * with the seed 0 and the fold 0x20202020.
 */
export function hashAddress(start: i32, end: i32): u32 {
  let hash: u32 = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = step(hash, load<u32>(at) | 0x20202020);
  let rest: u32 = 0;
  for (let shift = 0; at < end; at++, shift += 8) rest |= (<u32>load<u8>(at)) << shift;
  hash = step(hash, rest | 0x20202020) ^ (end - start);
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

function step(hash: u32, word: u32): u32 {
  return rotl(hash ^ (rotl(word * 0xcc9e2d51, 15) * 0x1b873593), 13) * 5 + 0xe6546b64;
}
