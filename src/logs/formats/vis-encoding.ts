/**
 * How OpenSMTPD writes bytes that are no printable ASCII into its log: vis(3), as OpenBSD has it. `\\` is a backslash, `\^A` a
 * control character, `\M-C` a byte with its highest bit set, `\M^H` both, `\303` any byte in octal.
 */
import { byteAt, findByte, viewOf } from '../find-bytes.js';
import type { ByteRange } from './sendmail-encoding.js';

const backslash = 0x5c;
const caret = 0x5e;
const meta = 0x4d;
const dash = 0x2d;
const highBit = 0x80;
/** The text of [start, end) without its escapes; copied only where it has some. */
export function decodeVis(bytes: DataView, start: number, end: number): ByteRange {
  if (findByte(bytes, start, end, backslash) < 0) return { bytes, from: start, to: end };
  const plain = new Uint8Array(end - start);
  let length = 0;
  for (let i = start; i < end;) {
    const escape = bytes.getUint8(i) === backslash ? escapeAt(bytes, i, end) : null;
    plain[length++] = escape === null ? bytes.getUint8(i) : escape.byte;
    i += escape === null ? 1 : escape.length;
  }
  return { bytes: viewOf(plain), from: 0, to: length };
}

interface Escape {
  readonly byte: number;
  readonly length: number;
}

/** The escape whose backslash stands at `at`, or null. */
function escapeAt(bytes: DataView, at: number, end: number): Escape | null {
  const [first, second, third] = [1, 2, 3].map((i) => (at + i < end ? byteAt(bytes, at + i) : 0)) as [
    number,
    number,
    number,
  ];
  if (first === backslash) return { byte: backslash, length: 2 };
  if (first === caret && second !== 0) return { byte: control(second), length: 3 };
  if (first === meta && second === dash && third !== 0) return { byte: third | highBit, length: 4 };
  if (first === meta && second === caret && third !== 0) return { byte: control(third) | highBit, length: 4 };
  const octal = [first, second, third].every((digit) => digit >= 0x30 && digit <= 0x37);
  return octal ? { byte: ((first & 3) << 6) | ((second & 7) << 3) | (third & 7), length: 4 } : null;
}

/** `^?` is DEL, `^A` is 1. */
function control(byte: number): number {
  return byte === 0x3f ? 0x7f : byte & 0x1f;
}
