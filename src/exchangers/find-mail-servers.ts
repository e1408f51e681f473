/**
 * From a domain to the mail servers to try, in order (RFC 5321 section 5.1):
 *
 *   domain → MX → exchangers by preference → addresses → servers, or why there are none
 */
import { cacheAnswers } from './cache-answers.js';
import { chooseExchangers, type Exchanger } from './choose-exchangers.js';
import { describeTrouble, findAddresses, type HostAddresses, type IpVersion } from './find-addresses.js';
import type { NetworkGuard } from './forbidden-networks.js';
import type { MailServer, MailServers } from './mail-servers.js';
import type { DnsResolver, MxRecord } from './resolver.js';

/** What finding needs. */
export interface MailServerFinderParts {
  readonly resolver: DnsResolver;
  readonly guard: NetworkGuard;
  readonly ipVersion: IpVersion;
  /** From 0 up to, not including, 1; decides the order of exchangers of equal preference. */
  readonly random: () => number;
  /** In milliseconds; for the TTLs in the cache. */
  readonly clock: () => number;
  /** Given for a domain at most, all its servers together; 5 unless told. */
  readonly maxAddresses?: number;
}

/** Finds the mail servers of domains. */
export interface MailServerFinder {
  /** `domain` is as in `Mailbox`. Does not reject for anything that DNS does. */
  find(domain: string): Promise<MailServers>;
}

type Parts = Required<MailServerFinderParts>;

/** Exchangers of a domain that are looked up at most, so that nobody's thousand MX records keep us busy. */
const maxExchangers = 20;

/** What is missing where nothing is found, in words. */
const addressWords: Readonly<Record<IpVersion, string>> = { any: 'address', 4: 'IPv4 address', 6: 'IPv6 address' };

/** A finder with a cache of its own, for use by many look-ups at once. */
export function createMailServerFinder(parts: MailServerFinderParts): MailServerFinder {
  const all = { maxAddresses: 5, ...parts, resolver: cacheAnswers(parts.resolver, parts.clock) };
  return { find: (domain) => findMailServers(domain, all) };
}

async function findMailServers(domain: string, parts: Parts): Promise<MailServers> {
  const mx = await parts.resolver.mx(domain);
  if (mx.kind === 'records') return await serversNamed(mx.records, parts);
  if (mx.kind === 'no-data') return await serversAt([{ host: domain, preference: 0 }], 'no MX record and', parts);
  if (mx.kind === 'no-such-name') return none('no-such-domain', 'MX answered NXDOMAIN');
  // No fallback to the domain's own address: an MX record may well exist (RFC 5321 section 5.1).
  const { event, detail } = describeTrouble('MX', mx);
  return none(event, detail);
}

async function serversNamed(records: readonly MxRecord[], parts: Parts): Promise<MailServers> {
  const chosen = chooseExchangers(records, parts.random);
  if (chosen.kind === 'null-mx') return none('null-mx', 'null MX (RFC 7505)');
  const named = [...chosen.hosts.map(({ host }) => host), ...chosen.unusable].slice(0, maxExchangers).join(', ');
  return await serversAt(chosen.hosts.slice(0, maxExchangers), `MX ${named}:`, parts);
}

/** The servers that these hosts are; looks hosts up only until `maxAddresses` are known. */
async function serversAt(hosts: readonly Exchanger[], subject: string, parts: Parts): Promise<MailServers> {
  const servers: MailServer[] = [];
  const looked: HostAddresses[] = [];
  const known = new Set<string>();
  for (const { host, preference } of hosts) {
    if (known.size >= parts.maxAddresses) break;
    const found = await findAddresses(host, parts);
    looked.push(found);
    const addresses = [...new Set(found.addresses)].filter((address) => !known.has(address));
    const taken = addresses.slice(0, parts.maxAddresses - known.size);
    for (const address of taken) known.add(address);
    if (taken.length > 0) servers.push({ host, preference, addresses: taken });
  }
  if (servers.length > 0) return { kind: 'servers', servers };
  return await explainNone(looked, `${subject} no ${addressWords[parts.ipVersion]}`, parts);
}

/** Trouble with DNS goes first: what it kept from us may be an address to connect to. */
async function explainNone(looked: readonly HostAddresses[], whyNone: string, parts: Parts): Promise<MailServers> {
  const trouble = looked.find((found) => found.trouble !== null)?.trouble;
  if (trouble) return none(trouble.event, trouble.detail);
  const outOfBounds = looked.find((found) => found.forbidden.length > 0);
  if (outOfBounds) return none('forbidden-network', `${outOfBounds.host} is ${outOfBounds.forbidden.join(', ')}`);
  return (await explainOtherVersion(looked, parts)) ?? none('no-mail-host', whyNone);
}

/** Servers of the other IP version are servers all the same: that we do not ask them makes nobody undeliverable. */
async function explainOtherVersion(looked: readonly HostAddresses[], parts: Parts): Promise<MailServers | null> {
  if (parts.ipVersion === 'any') return null;
  const other = parts.ipVersion === '4' ? '6' : '4';
  for (const { host } of looked) {
    const { addresses, forbidden, trouble } = await findAddresses(host, { ...parts, ipVersion: other });
    if (trouble !== null) return none(trouble.event, trouble.detail);
    if (addresses.length + forbidden.length === 0) continue;
    return none(
      'network-unreachable',
      `${host} has only IPv${other}, and --ip-version ${parts.ipVersion} was asked for`,
    );
  }
  return null;
}

function none(event: Extract<MailServers, { kind: 'none' }>['event'], detail: string): MailServers {
  return { kind: 'none', event, detail };
}
