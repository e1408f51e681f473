/**
 * From MX records to the hosts to try, in order (RFC 5321 section 5.1, RFC 7505).
 */
import { parseDomain } from '../senders/domain.js';
import type { MxRecord } from './resolver.js';

/** A host with the preference of its MX record. */
export interface Exchanger {
  readonly host: string;
  readonly preference: number;
}

/** The hosts named, best first, and the names among the exchanges that are no mail host's; or that no mail is taken. */
export type Exchangers =
  | { readonly kind: 'hosts'; readonly hosts: readonly Exchanger[]; readonly unusable: readonly string[] }
  | { readonly kind: 'null-mx' };

/**
 * Orders by preference, equal ones at random (`random` gives numbers from 0 up to, not including, 1). A null MX counts
 * only where it stands alone (RFC 7505 section 3). Not usable are IP addresses, `localhost`, names of a single label,
 * and what is no host name: DNS would find nothing for them, or something on our side of the network.
 */
export function chooseExchangers(records: readonly MxRecord[], random: () => number): Exchangers {
  const named = records.filter(({ exchange }) => exchange !== '' && exchange !== '.');
  if (named.length === 0) return { kind: 'null-mx' };
  const drawn = named.map((record) => ({ lot: random(), ...record }));
  drawn.sort((one, other) => one.preference - other.preference || one.lot - other.lot);
  const hosts = new Map<string, Exchanger>();
  const unusable: string[] = [];
  for (const { exchange, preference } of drawn) {
    const host = toHost(exchange);
    if (host === null) unusable.push(exchange);
    else if (!hosts.has(host)) hosts.set(host, { host, preference });
  }
  return { kind: 'hosts', hosts: [...hosts.values()], unusable };
}

function toHost(exchange: string): string | null {
  const parsed = parseDomain(exchange);
  if (!parsed.ok || !parsed.domain.includes('.') || parsed.domain.endsWith('.localhost')) return null;
  return parsed.domain;
}
