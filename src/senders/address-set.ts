/**
 * The files of `--skip` and `--wanted`: one address or domain a line, `#` comments, blank lines. A domain stands for every
 * address in it and in its subdomains; `example.com`, `.example.com`, `*.example.com` and `@example.com` all say so.
 */
import { formatAddress, parseAddress, type Mailbox } from './address.js';
import { parseDomain } from './domain.js';

/** Mailboxes, named one by one or by their domain. */
export interface AddressSet {
  has(mailbox: Mailbox): boolean;
}

/** `*@` is no address here: who writes it means the domain. */
const domainMark = /^(?:\*@|@|\*\.|\.)/;

/**
 * Reads such a file. Lines that are neither address nor domain are left out and described in `problems`, with `source`
 * (the file's name) and the line's number: `skip.txt:3: no address and no domain (bad domain name): foo bar`.
 */
export function parseAddressSet(text: string, source: string): { set: AddressSet; problems: string[] } {
  const addresses = new Set<string>();
  const domains = new Set<string>();
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const entry = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (entry === '') continue;
    const why = entry.replace(domainMark, '').includes('@') ? addAddress(entry, addresses) : addDomain(entry, domains);
    if (why !== null) problems.push(`${source}:${index + 1}: no address and no domain (${why}): ${printable(entry)}`);
  }
  return {
    set: { has: (mailbox) => holdsAddress(addresses, mailbox) || coversDomain(domains, mailbox.domain) },
    problems,
  };
}

/** The set of what is in any of the sets. */
export function unionAddressSets(sets: readonly AddressSet[]): AddressSet {
  return { has: (mailbox) => sets.some((set) => set.has(mailbox)) };
}

function addAddress(entry: string, addresses: Set<string>): string | null {
  const parsed = parseAddress(entry);
  if (!parsed.ok) return parsed.why;
  addresses.add(keyOf(parsed.mailbox));
  return null;
}

function addDomain(entry: string, domains: Set<string>): string | null {
  const parsed = parseDomain(entry.replace(domainMark, ''));
  if (!parsed.ok) return parsed.why;
  domains.add(parsed.domain);
  return null;
}

/**
 * Without case, also in the local part: the files are written by people, hardly any server tells `Jo@` from `jo@`, and
 * somebody who asked to be left alone is better left alone in every spelling.
 */
function keyOf(mailbox: Mailbox): string {
  return formatAddress(mailbox).toLowerCase();
}

function holdsAddress(addresses: ReadonlySet<string>, mailbox: Mailbox): boolean {
  return addresses.size > 0 && addresses.has(keyOf(mailbox));
}

/** Whether the domain or one above it is in the set. */
function coversDomain(domains: ReadonlySet<string>, domain: string): boolean {
  if (domains.size === 0) return false;
  for (let name = domain; ; name = name.slice(name.indexOf('.') + 1)) {
    if (domains.has(name)) return true;
    if (!name.includes('.')) return false;
  }
}

/** For a terminal: no control characters, and not the whole of a file that is no text. */
function printable(entry: string): string {
  return entry.slice(0, 80).replace(/\p{Cc}/gu, '?');
}
