/**
 * From one mail host to the addresses to connect to, in order.
 */
import type { NetworkGuard } from './forbidden-networks.js';
import type { DnsAnswer, DnsResolver } from './resolver.js';

/** Which families of addresses to look up. */
export type IpVersion = 'any' | '4' | '6';

/** What DNS could not say of a host for now. */
export interface DnsTrouble {
  readonly event: 'dns-timeout' | 'dns-failure';
  /** In words: `A of mx.example.com answered SERVFAIL`. */
  readonly detail: string;
}

/** The addresses of a host; `trouble` where a look-up may give more (or any) another time. */
export interface HostAddresses {
  readonly host: string;
  readonly addresses: readonly string[];
  /** Addresses left out because they lie in a forbidden network. */
  readonly forbidden: readonly string[];
  readonly trouble: DnsTrouble | null;
}

/** Looks a host up; `guard` says which of its addresses are left out. */
export async function findAddresses(
  host: string,
  { resolver, guard, ipVersion }: { resolver: DnsResolver; guard: NetworkGuard; ipVersion: IpVersion },
): Promise<HostAddresses> {
  const [a, aaaa] = await Promise.all([
    ipVersion === '6' ? null : resolver.a(host),
    ipVersion === '4' ? null : resolver.aaaa(host),
  ]);
  const addresses = interleave(recordsOf(a), recordsOf(aaaa));
  const forbidden = addresses.filter((address) => guard.isForbidden(address));
  return {
    host,
    addresses: forbidden.length === 0 ? addresses : addresses.filter((address) => !forbidden.includes(address)),
    forbidden,
    trouble: troubleIn(`A of ${host}`, a) ?? troubleIn(`AAAA of ${host}`, aaaa),
  };
}

function recordsOf(answer: DnsAnswer<string> | null): readonly string[] {
  return answer?.kind === 'records' ? answer.records : [];
}

/**
 * In turns, each family in the order in which the resolver gave it (RFC 5321 section 5.1). IPv4 begins: more servers
 * refuse clients on IPv6 for want of a PTR record or of a reputation, which would tell us nothing of the sender.
 */
function interleave(ipv4: readonly string[], ipv6: readonly string[]): string[] {
  const addresses: string[] = [];
  const longest = Math.max(ipv4.length, ipv6.length);
  for (let turn = 0; turn < longest; turn++)
    addresses.push(...ipv4.slice(turn, turn + 1), ...ipv6.slice(turn, turn + 1));
  return addresses;
}

/** In words and as the event it is. `subject` names what was asked. */
export function describeTrouble(
  subject: string,
  answer: Extract<DnsAnswer<unknown>, { kind: 'timeout' | 'failure' }>,
): DnsTrouble {
  return answer.kind === 'timeout'
    ? { event: 'dns-timeout', detail: `${subject} timed out` }
    : { event: 'dns-failure', detail: `${subject} ${answer.what}` };
}

function troubleIn(subject: string, answer: DnsAnswer<string> | null): DnsTrouble | null {
  return answer?.kind === 'timeout' || answer?.kind === 'failure' ? describeTrouble(subject, answer) : null;
}
