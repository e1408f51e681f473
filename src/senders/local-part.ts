/**
 * Local parts: dot-strings and quoted strings (RFC 5321 section 4.1.2), with any UTF-8 in them (RFC 6531 section 3.3),
 * brought to one spelling. Quotes go where a dot-string says the same; what must be quoted is escaped no more than needed.
 * They may be longer than the 64 octets of section 4.5.3.1.1, which is what everybody must support: real VERP and SRS
 * senders are, and whether their servers take them is what we ask.
 */

/** The local part as it goes on the wire, with its size there; or in words why the text is none. */
export type ParsedLocalPart =
  | { readonly ok: true; readonly localPart: string; readonly smtputf8: boolean; readonly octets: number }
  | { readonly ok: false; readonly why: string };

const atext = "[\\w!#$%&'*+/=?^`{|}~\\u0080-\\uffff-]";
const dotString = new RegExp(`^${atext}+(?:\\.${atext}+)*$`);
/** Any character may be escaped; only `"` and `\` must be. */
const quotedString = /^"((?:[^"\\]|\\.)*)"$/s;

/** Parses a local part that has no control characters (`parseAddress` has refused them). */
export function parseLocalPart(text: string): ParsedLocalPart {
  const localPart = dotString.test(text) ? text : requote(text);
  if (localPart === null) return { ok: false, why: 'bad local part' };
  const octets = Buffer.byteLength(localPart);
  return { ok: true, localPart, smtputf8: octets > localPart.length, octets };
}

/** The canonical spelling of a quoted string, or null where the text is none. */
function requote(text: string): string | null {
  const content = quotedString.exec(text)?.[1]?.replace(/\\(.)/gs, '$1');
  if (content === undefined) return null;
  return dotString.test(content) ? content : `"${content.replace(/["\\]/g, '\\$&')}"`;
}
