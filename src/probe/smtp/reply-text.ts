/**
 * What servers say, made fit to keep and to show: bytes become text, and nothing in it can steer a terminal.
 */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

// C0 and C1 controls, and the invisible Unicode characters that reorder or split lines.
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** What nearly all text is made of: the same in every encoding, and harmless. */
const plain = /^[\x20-\x7e]*$/;

/** The bytes as text: UTF-8 where they are valid UTF-8, else Latin-1; every control character made harmless. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const latin1 = bytes.toString('latin1', start, end);
  return plain.test(latin1) ? latin1 : makeHarmless(decodeUtf8(bytes.subarray(start, end)) ?? latin1);
}

/** The text with tabs as spaces and every other control or reordering character as U+FFFD. */
export function makeHarmless(text: string): string {
  return text.replaceAll('\t', ' ').replace(unsafe, '\u{fffd}');
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}
