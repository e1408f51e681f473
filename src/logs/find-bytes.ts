/**
 * Searching and comparing inside one line of a log without decoding it. Plain loops: on the few hundred bytes of a line
 * they are faster than calls into the engine.
 */

/** The bytes of an ASCII text to look for. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Whether `wanted` stands at `at`, all of it before `end`. */
export function matches(bytes: Uint8Array, at: number, end: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > end) return false;
  for (let i = 0; i < wanted.length; i++) {
    if (bytes[at + i] !== wanted[i]) return false;
  }
  return true;
}

/** Where `wanted` first stands within [start, end), or -1. */
export function findFirst(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): number {
  const first = wanted[0];
  for (let at = start; at <= end - wanted.length; at++) {
    if (bytes[at] === first && matches(bytes, at, end, wanted)) return at;
  }
  return -1;
}

/** Where `wanted` last stands within [start, end), or -1. */
export function findLast(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): number {
  const first = wanted[0];
  for (let at = end - wanted.length; at >= start; at--) {
    if (bytes[at] === first && matches(bytes, at, end, wanted)) return at;
  }
  return -1;
}

/** The unsigned decimal number at `at`, up to the first byte that is no digit; NaN where there is none. */
export function numberAt(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  let i = at;
  for (; i < end; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return i === at ? Number.NaN : value;
}
