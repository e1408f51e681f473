/**
 * Envelope sender addresses: RFC 5321 Mailbox syntax (section 4.1.2) as extended for SMTPUTF8 (RFC 6531), brought into
 * the one spelling under which the survey counts and asks them. What passes here is safe inside `RCPT TO:<...>`.
 */
import { parseDomain } from './domain.js';
import { parseLocalPart } from './local-part.js';

/** A mailbox in its canonical spelling. */
export interface Mailbox {
  /** As it goes on the wire: a dot-string where possible, else a quoted string. Case is kept. */
  readonly localPart: string;
  /** A-labels (IDNA), lower case, without a final dot. */
  readonly domain: string;
  /** Whether the local part has characters beyond ASCII, so that only an SMTPUTF8 server can take it. */
  readonly smtputf8: boolean;
}

/** The mailbox, or in words why the text is none. */
export type ParsedAddress =
  { readonly ok: true; readonly mailbox: Mailbox } | { readonly ok: false; readonly why: string };

/** RFC 5321 section 4.5.3.1.3: a path has 256 octets, of which two are the angle brackets. */
const longestMailbox = 254;
/** Characters read at most: room for a source route and white space around the longest path, and a bound on our work. */
const longestText = 1024;

/**
 * Never let through, quoted or not: controls (they end lines), the Unicode line ends, halves of surrogate pairs, and
 * the character that stands where the log had octets that are not UTF-8 (the sender's real address is then unknown).
 */
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u;

/** The everyday mailbox, known to be sound without a closer look: it makes millions of addresses twice as fast. */
const everyday = /^([\w+=-]+(?:\.[\w+=-]+)*)@((?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+[a-z]{2,63})$/i;

/** Source route before the mailbox, ignored as RFC 5321 appendix C asks: `@a.example,@b.example:`. */
const sourceRoute = /^@(?:[\w.-]+|\[[\w.:]+\])(?:,@(?:[\w.-]+|\[[\w.:]+\]))*:/;

/**
 * Parses one envelope address, with or without angle brackets and white space around it. Never throws.
 * Refused are also the null reverse-path, addresses without a domain, and address literals (`user@[192.0.2.1]`).
 */
export function parseAddress(text: string): ParsedAddress {
  return parseEveryday(text) ?? parsePath(text);
}

/** The mailbox as text, without angle brackets; `parseAddress` gives the same mailbox back. */
export function formatAddress(mailbox: Pick<Mailbox, 'localPart' | 'domain'>): string {
  return `${mailbox.localPart}@${mailbox.domain}`;
}

function parseEveryday(text: string): ParsedAddress | null {
  const [, localPart, domain] = (text.length <= longestMailbox && everyday.exec(text)) || [];
  if (localPart === undefined || domain === undefined) return null;
  return { ok: true, mailbox: { localPart, domain: domain.toLowerCase(), smtputf8: false } };
}

function parsePath(text: string): ParsedAddress {
  if (text.length > longestText) return refused(`longer than ${longestText} characters`);
  const path = trimAscii(text);
  if (path === '') return refused('empty');
  if (path === '<>') return refused('null reverse-path');
  if (unsafe.test(path)) return refused('control character or not UTF-8');
  if (path.startsWith('<') !== path.endsWith('>')) return refused('unbalanced angle brackets');
  const inner = path.startsWith('<') ? trimAscii(path.slice(1, -1)) : path;
  return parseMailbox(inner.replace(sourceRoute, ''));
}

function parseMailbox(text: string): ParsedAddress {
  const at = text.startsWith('"') ? endOfQuotedString(text) : text.lastIndexOf('@');
  if (at === -1 || at === text.length - 1) return refused('no domain');
  if (at === 0) return refused('no local part');
  if (text[at] !== '@') return refused('bad local part');
  return parseParts(text.slice(0, at), text.slice(at + 1));
}

/** Where the quoted string at the start of the text has ended, or -1 where nothing follows it. */
function endOfQuotedString(text: string): number {
  const quoted = /^"(?:[^"\\]|\\.)*"(?=.)/su.exec(text);
  return quoted ? quoted[0].length : -1;
}

function parseParts(localText: string, domainText: string): ParsedAddress {
  if (domainText.startsWith('[')) return refused('address literal');
  const local = parseLocalPart(localText);
  if (!local.ok) return local;
  const name = parseDomain(domainText);
  if (!name.ok) return name;
  const { localPart, smtputf8, octets } = local;
  if (octets + 1 + name.domain.length > longestMailbox) return refused(`address over ${longestMailbox} octets`);
  return { ok: true, mailbox: { localPart, domain: name.domain, smtputf8 } };
}

/** Only ASCII white space: a no-break space may be part of an SMTPUTF8 local part. */
function trimAscii(text: string): string {
  return text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '');
}

function refused(why: string): ParsedAddress {
  return { ok: false, why };
}
