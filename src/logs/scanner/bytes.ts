/**
 * Searching and comparing in the memory that a log is scanned in. Positions are addresses; `end` is the first byte that does not
 * belong to the line. Up to 16 bytes past the end may be read, and are never looked at.
 */

/** The byte at `at`; 0 from `end` on. */
export function byteAt(at: i32, end: i32): i32 {
  return at < end ? load<u8>(at) : 0;
}

/** Where the byte first stands within [start, end), or -1. */
export function findByte(start: i32, end: i32, byte: i32): i32 {
  const wanted = i8x16.splat(<i8>byte);
  for (let at = start; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found !== 0) {
      const first = at + ctz(found);
      return first < end ? first : -1;
    }
  }
  return -1;
}

/** The same for long stretches: 64 bytes at a time. Up to 64 bytes past the end may be read. */
export function findByteFar(start: i32, end: i32, byte: i32): i32 {
  const wanted = i8x16.splat(<i8>byte);
  for (let at = start; at < end; at += 64) {
    const first = i8x16.eq(v128.load(at), wanted);
    const second = i8x16.eq(v128.load(at, 16), wanted);
    const third = i8x16.eq(v128.load(at, 32), wanted);
    const fourth = i8x16.eq(v128.load(at, 48), wanted);
    if (!v128.any_true(v128.or(v128.or(first, second), v128.or(third, fourth)))) continue;
    const low = (<u64>i8x16.bitmask(first)) | ((<u64>i8x16.bitmask(second)) << 16);
    const high = (<u64>i8x16.bitmask(third)) | ((<u64>i8x16.bitmask(fourth)) << 16);
    const found = at + <i32>ctz(low | (high << 32));
    return found < end ? found : -1;
  }
  return -1;
}

/** Whether the ASCII text stands at `at`, all of it before `end`. */
export function matches(at: i32, end: i32, text: string): bool {
  const length = text.length;
  if (at + length > end) return false;
  const wanted = changetype<usize>(text);
  for (let i = 0; i < length; i++) {
    if (load<u8>(at + i) !== load<u8>(wanted + 2 * i)) return false;
  }
  return true;
}

/** Where the ASCII text first stands within [start, end), or -1. */
export function findText(start: i32, end: i32, text: string): i32 {
  const first = load<u8>(changetype<usize>(text));
  for (let at = findByte(start, end, first); at >= 0; at = findByte(at + 1, end, first)) {
    if (matches(at, end, text)) return at;
  }
  return -1;
}

/** The number that the decimal digits at `at` stand for, up to the first byte that is none; -1 where there is none. */
export function numberAt(at: i32, end: i32): i32 {
  let value = -1;
  for (let i = at; i < end; i++) {
    const digit = <i32>load<u8>(i) - 0x30;
    if (digit < 0 || digit > 9 || value > 99_999_999) break;
    value = max(value, 0) * 10 + digit;
  }
  return value;
}
