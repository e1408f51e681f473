/**
 * How sendmail writes addresses into its log: in angle brackets or bare, backslashes doubled, and bytes that are not
 * printable ASCII in octal (`\303\274`).
 */
import { findByte, viewOf } from '../find-bytes.js';

/** A range of bytes. */
export interface ByteRange {
  readonly bytes: DataView;
  readonly from: number;
  readonly to: number;
}

const backslash = 0x5c;

/** The address within [start, end) without its brackets and escapes; copied only where it has escapes. */
export function decodeSendmail(bytes: DataView, start: number, end: number): ByteRange {
  const bracketed = end - start >= 2 && bytes.getUint8(start) === 0x3c && bytes.getUint8(end - 1) === 0x3e;
  const from = bracketed ? start + 1 : start;
  const to = bracketed ? end - 1 : end;
  return findByte(bytes, from, to, backslash) < 0 ? { bytes, from, to } : unescape(bytes, from, to);
}

function unescape(bytes: DataView, start: number, end: number): ByteRange {
  const plain = new Uint8Array(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes.getUint8(i);
    const octal = byte === backslash ? octalAt(bytes, i + 1, end) : -1;
    if (octal >= 0) i += 3;
    else if (byte === backslash && i + 1 < end && bytes.getUint8(i + 1) === backslash) i += 1;
    plain[length++] = octal >= 0 ? octal : byte;
  }
  return { bytes: viewOf(plain), from: 0, to: length };
}

/** Three octal digits, at most 377, or -1. */
function octalAt(bytes: DataView, at: number, end: number): number {
  if (at + 3 > end) return -1;
  let value = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = bytes.getUint8(i) - 0x30;
    if (digit < 0 || digit > 7) return -1;
    value = value * 8 + digit;
  }
  return value <= 0o377 ? value : -1;
}
