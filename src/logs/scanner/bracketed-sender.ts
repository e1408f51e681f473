/**
 * Where a sender in angle brackets ends. Its local part may be quoted and then contain anything, `>` and `, size=` too; and old
 * servers log local parts without their quotes. So the end is a `>` outside of quotes with the right text behind it.
 */
import { byteAt, findByte } from './bytes';

const quote = 0x22;
const backslash = 0x5c;
const bracketEnd = 0x3e;

/** Where the first `>` stands from `start` on that is outside of quotes, or -1. */
export function firstBracket(start: i32, end: i32): i32 {
  return findByte(pastQuoted(start, end), end, bracketEnd);
}

/** The next `>` after the one at `at`, or -1. */
export function nextBracket(at: i32, end: i32): i32 {
  return findByte(at + 1, end, bracketEnd);
}

/** Past the quoted string at `start`; `start` itself where there is none, or none that is closed. */
export function pastQuoted(start: i32, end: i32): i32 {
  if (byteAt(start, end) !== quote) return start;
  for (let i = start + 1; i < end; i++) {
    const byte = load<u8>(i);
    if (byte === backslash) i++;
    else if (byte === quote) return i + 1;
  }
  return start;
}
