/**
 * DNS as this program asks it: three kinds of question, and answers that are data whatever happens. Asked through
 * node:dns' Resolver (c-ares), which reads neither the hosts file nor search domains, and follows CNAMEs as the server
 * gives them.
 */
import { promises as dns, type MxRecord as NodeMxRecord } from 'node:dns';
import { isIP } from 'node:net';
import pLimit from 'p-limit';

/** What DNS said; `ttl` is for how many seconds that may be relied on, `what` a predicate such as `answered SERVFAIL`. */
export type DnsAnswer<T> =
  | { readonly kind: 'records'; readonly records: readonly T[]; readonly ttl: number }
  | { readonly kind: 'no-such-name'; readonly ttl: number }
  | { readonly kind: 'no-data'; readonly ttl: number }
  | { readonly kind: 'timeout'; readonly ttl: number }
  | { readonly kind: 'failure'; readonly what: string; readonly ttl: number };

/** An MX record; the exchange is as the server spelt it, and empty for the root (`.`). */
export interface MxRecord {
  readonly exchange: string;
  readonly preference: number;
}

/** Look-ups of fully qualified names in ASCII. What DNS or the network do wrong is an answer, not a rejection. */
export interface DnsResolver {
  mx(domain: string): Promise<DnsAnswer<MxRecord>>;
  a(host: string): Promise<DnsAnswer<string>>;
  aaaa(host: string): Promise<DnsAnswer<string>>;
}

/** How to ask. Times in milliseconds. */
export interface DnsResolverOptions {
  /** As `parseServer` gives them; none means the system's. */
  readonly servers?: readonly string[];
  /** For the first try; c-ares doubles it with each further one, and waits 250 at least. */
  readonly timeoutMs?: number;
  /** Of each server. */
  readonly tries?: number;
  /** Questions under way at once; beyond about 50 c-ares gets slower, not faster. */
  readonly concurrency?: number;
}

/** Longest TTL believed, and the one assumed for MX records, whose TTL node:dns does not tell; seconds. */
const longestTtl = 3600;
/** For NXDOMAIN and no data: node:dns does not tell the SOA's figure either. */
const negativeTtl = 300;
/** For answers that may be better soon (RFC 9520 section 3.2: at most 300). */
const failureTtl = 60;

/**
 * c-ares' error codes for what servers and networks do, in words. It gives ENODATA for reply codes it does not know
 * (6 and up), and with several servers asks the next one after a timeout, but not after SERVFAIL.
 */
const failures: Readonly<Record<string, string>> = {
  ESERVFAIL: 'answered SERVFAIL',
  EREFUSED: 'answered REFUSED',
  EFORMERR: 'answered FORMERR',
  ENOTIMP: 'answered NOTIMP',
  EBADRESP: 'got a malformed answer',
  EBADNAME: 'cannot be asked: no name for DNS',
  ECONNREFUSED: 'reached no DNS server',
  ECANCELLED: 'was cancelled',
  EDESTRUCTION: 'was cancelled',
  EOF: 'lost the connection to the DNS server',
};

/**
 * A resolver that has no more than `concurrency` questions under way. `cancel` ends those, and all later ones, with a
 * failure at once, for shutting down. Throws a RangeError where `servers` has something that `parseServer` refuses.
 */
export function createDnsResolver(options: DnsResolverOptions = {}): DnsResolver & { cancel(): void } {
  const { servers = [], timeoutMs = 3000, tries = 2, concurrency = 50 } = options;
  const resolver = new dns.Resolver({ timeout: timeoutMs, tries });
  if (servers.length > 0) resolver.setServers(servers.map(checkServer));
  const limit = pLimit(concurrency);
  let cancelled = false;
  const ask = <R, T>(query: () => Promise<R[]>, read: (records: readonly R[]) => DnsAnswer<T>) =>
    limit(async () => (cancelled ? failure('ECANCELLED') : await query().then(read, toAnswer)));
  return {
    mx: (domain) => ask(() => resolver.resolveMx(domain), readMx),
    a: (host) => ask(() => resolver.resolve4(host, { ttl: true }), readAddresses),
    aaaa: (host) => ask(() => resolver.resolve6(host, { ttl: true }), readAddresses),
    cancel() {
      cancelled = true;
      resolver.cancel();
    },
  };
}

/**
 * A DNS server as `--resolver` takes it, `IP`, `IP:PORT` or `[IPv6]:PORT`, in the spelling node:dns wants; null for
 * anything else. node:dns itself takes port 99999 for 34463 and dies of port 0.
 */
export function parseServer(text: string): string | null {
  const [, v6, v4, port = '53'] = /^(?:\[([^\]%]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (isIP(text) === 6 && !text.includes('%')) return `[${text}]:53`;
  if (Number(port) < 1 || Number(port) > 65_535) return null;
  if (v6 !== undefined && isIP(v6) === 6) return `[${v6}]:${Number(port)}`;
  return v4 !== undefined && isIP(v4) === 4 ? `${v4}:${Number(port)}` : null;
}

function checkServer(text: string): string {
  const server = parseServer(text);
  if (server === null) throw new RangeError(`not IP[:PORT], nor [IPv6]:PORT: ${text}`);
  return server;
}

function readMx(records: readonly NodeMxRecord[]): DnsAnswer<MxRecord> {
  if (records.length === 0) return { kind: 'no-data', ttl: negativeTtl };
  const readable = records.map(({ exchange, priority }) => ({ exchange, preference: priority }));
  return { kind: 'records', records: readable, ttl: longestTtl };
}

/** c-ares gives an empty list for an answer that holds other records only, such as a CNAME that leads nowhere. */
function readAddresses(records: readonly { readonly address: string; readonly ttl: number }[]): DnsAnswer<string> {
  if (records.length === 0) return { kind: 'no-data', ttl: negativeTtl };
  const ttl = Math.min(longestTtl, ...records.map((record) => record.ttl));
  return { kind: 'records', records: records.map((record) => record.address), ttl };
}

/** What an error of node:dns says of DNS; any other error is a fault of ours and goes on. */
function toAnswer(error: NodeJS.ErrnoException): DnsAnswer<never> {
  if (error.syscall === undefined || error.code === undefined) throw error;
  if (error.code === 'ENOTFOUND') return { kind: 'no-such-name', ttl: negativeTtl };
  if (error.code === 'ENODATA') return { kind: 'no-data', ttl: negativeTtl };
  if (error.code === 'ETIMEOUT') return { kind: 'timeout', ttl: failureTtl };
  return failure(error.code);
}

function failure(code: string): DnsAnswer<never> {
  return { kind: 'failure', what: failures[code] ?? `failed (${code})`, ttl: failureTtl };
}
