/**
 * Servers that took a connection and then had no answer about an address. Whether that is due to the address, to its
 * domain (whose own server a gateway asks, say) or to the server shows only with another one.
 */
import type { Decision } from './batch.js';

/** When the session began from which on a server had no answer about addresses of one domain. Times are the planner's. */
interface Silence {
  readonly since: number;
  /** The same, but null once it had an answer about another domain. */
  serverSince: number | null;
  /** Whether more than one address of the domain was asked about, one of them much later. */
  proven: boolean;
}

/** Remembers the domains that servers, by address, had no answer about, until they have one. */
export class Silences {
  readonly #waitMs: number;
  readonly #servers = new Map<string, Map<string, Silence>>();

  /** `waitMs`: how long after a first silent session another must begin to prove anything. */
  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** A session that began at `startedAt` got no answer about a domain's address. Gives whether that proves the server silent: it does after another domain. */
  fell(server: string, domain: string, startedAt: number): boolean {
    const domains = this.#servers.get(server) ?? new Map<string, Silence>();
    this.#servers.set(server, domains);
    const isLongAgo = (since: number | null): boolean => since !== null && startedAt >= since + this.#waitMs;
    const before = domains.get(domain) ?? { since: startedAt, serverSince: startedAt, proven: false };
    const proven = before.proven || isLongAgo(before.since);
    domains.set(domain, { ...before, serverSince: before.serverSince ?? startedAt, proven });
    return [...domains].some(([other, { serverSince }]) => other !== domain && isLongAgo(serverSince));
  }

  forget(): void {
    this.#servers.clear();
  }

  /** Whether a server is proven to have no answers about a domain. */
  isProven(server: string, domain: string): boolean {
    return this.#servers.get(server)?.get(domain)?.proven ?? false;
  }

  /** A session with this server came to these decisions, of which only replies count. */
  heard(server: string, decisions: readonly Decision[]): void {
    const domains = this.#servers.get(server);
    const replies = domains ? decisions.filter(({ evidence }) => evidence.event === 'reply') : [];
    if (domains === undefined || replies.length === 0) return;
    for (const { recipient } of replies) domains.delete(recipient.mailbox.domain);
    for (const silence of domains.values()) silence.serverSince = null;
    if (domains.size === 0) this.#servers.delete(server);
  }
}
