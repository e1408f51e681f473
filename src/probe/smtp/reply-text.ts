/**
 * What servers say, made fit to keep and to show: bytes become text, and nothing in it can steer a terminal.
 */
import { isAscii } from 'node:buffer';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

// C0 and C1 controls, and the invisible Unicode characters that reorder or split lines.
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** The bytes as text: UTF-8 where they are valid UTF-8, else Latin-1; every control character made harmless. */
export function decodeText(bytes: Uint8Array): string {
  return makeHarmless(decode(bytes));
}

/** The text with tabs as spaces and every other control or reordering character as U+FFFD. */
export function makeHarmless(text: string): string {
  // Nearly all text is harmless, and looking costs less than replacing nothing.
  return text.search(unsafe) === -1 ? text : text.replaceAll('\t', ' ').replace(unsafe, '\u{fffd}');
}

function decode(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (isAscii(bytes)) return latin1;
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return latin1;
  }
}
