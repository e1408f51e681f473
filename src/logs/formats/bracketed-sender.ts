/**
 * Where a sender in angle brackets ends. Its local part may be quoted and then contain anything, `>` and `, size=` too; and old
 * servers log local parts without their quotes. So the end is a `>` outside of quotes with the right text behind it.
 */
import { byteAt, findByte, matchesOne } from '../find-bytes.js';

const quote = 0x22;
const backslash = 0x5c;
const bracketEnd = 0x3e;

/** Where the sender that begins at `start` ends: its `>`, with one of `followers` or the end of the line after it; or -1. */
export function senderEnd(bytes: DataView, start: number, end: number, followers: readonly Uint8Array[]): number {
  const unquoted = pastQuoted(bytes, start, end);
  for (let i = findByte(bytes, unquoted, end, bracketEnd); i >= 0; i = findByte(bytes, i + 1, end, bracketEnd)) {
    if (i + 1 === end || matchesOne(bytes, i + 1, end, followers)) return i;
  }
  return -1;
}

/** Past the quoted string at `start`; `start` itself where there is none, or none that is closed. */
export function pastQuoted(bytes: DataView, start: number, end: number): number {
  if (byteAt(bytes, start) !== quote) return start;
  for (let i = start + 1; i < end; i++) {
    const byte = bytes.getUint8(i);
    if (byte === backslash) i++;
    else if (byte === quote) return i + 1;
  }
  return start;
}
