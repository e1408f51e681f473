/**
 * Domain names as the survey compares and looks them up: A-labels (RFC 5890), lower case, no final dot. Strict about what
 * comes out, since `domainToASCII` alone turns `0x7f.1` into 127.0.0.1 and lets a good deal of punctuation through.
 */
import { domainToASCII } from 'node:url';

/** The name in its canonical spelling, or in words why the text is none. */
export type ParsedDomain =
  { readonly ok: true; readonly domain: string } | { readonly ok: false; readonly why: string };

/** Octets of the longest name that DNS can carry (RFC 1035 section 2.3.4, less its length octets). */
const longestName = 253;

/**
 * RFC 1123 labels and the underscore: RFC 5321 knows none, but senders use it (`bounce@my_host.example`), Postfix takes
 * it, and DNS can say whether the name exists.
 */
const label = '(?!-)[a-z0-9_-]{1,63}(?<!-)';
const hostName = new RegExp(`^${label}(?:\\.${label})*$`);

/** No top-level domain is a number (RFC 3696 section 2): this is an IP address, or what some software would read as one. */
const endsInNumber = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/;

/** What may stand in a name before IDNA mapping: the rest of ASCII would be mapped, decoded or cut off without a word. */
const mappable = /^[a-z0-9_.\u0080-\uffff-]+$/;

/** Parses a domain name with or without a final dot; U-labels become A-labels. Never throws. */
export function parseDomain(text: string): ParsedDomain {
  const mapped = toAscii(text.toLowerCase());
  const domain = mapped.endsWith('.') ? mapped.slice(0, -1) : mapped;
  if (domain.length > longestName) return { ok: false, why: `domain over ${longestName} octets` };
  if (!hostName.test(domain)) return { ok: false, why: 'bad domain name' };
  if (endsInNumber.test(domain)) return { ok: false, why: 'number or IP address as domain' };
  return { ok: true, domain };
}

/** The name in ASCII; where IDNA has no mapping the text itself, which is then no host name. */
function toAscii(lowerCase: string): string {
  if (/^[\0-\x7f]*$/.test(lowerCase) || !mappable.test(lowerCase)) return lowerCase;
  return domainToASCII(lowerCase);
}
