/**
 * How many senders are asked about in a minute: in all, for one client network, about one domain and at one site. Whoever
 * sends mail decides whom we would ask, so this is what keeps the service from being used against others.
 */

/** Addresses asked about in any minute at most; 0 is no limit. */
export interface ProbeRates {
  readonly total: number;
  /** By mail from one network (see client-network.ts). */
  readonly client: number;
  /** At one site, and of one domain. */
  readonly site: number;
}

/** What kept a sender from being asked about. */
export const limits = ['client', 'domain', 'total', 'site'] as const;
export type Limit = (typeof limits)[number];

const minuteMs = 60_000;

/** Counts what is asked. Keeps no more than a minute's worth. */
export class ProbeLimits {
  #rates: ProbeRates;
  readonly #total = new Windows();
  readonly #clients = new Windows();
  readonly #domains = new Windows();
  readonly #sites = new Windows();

  constructor(rates: ProbeRates) {
    this.#rates = rates;
  }

  /** Other limits hold from now on. */
  set rates(rates: ProbeRates) {
    this.#rates = rates;
  }

  /** Counts a sender that is to be asked about; where it must not be, tells why, and counts nothing. */
  admit(network: string, domain: string, now: number): Limit | null {
    const { total, client, site } = this.#rates;
    if (!this.#clients.hasRoom(network, client, now)) return 'client';
    if (!this.#domains.hasRoom(domain, site, now)) return 'domain';
    if (!this.#total.hasRoom('', total, now)) return 'total';
    this.#clients.add(network, client, now);
    this.#domains.add(domain, site, now);
    this.#total.add('', total, now);
    return null;
  }

  /** The same, once it is known which site is to be asked. */
  admitAt(site: string, now: number): Limit | null {
    if (!this.#sites.hasRoom(site, this.#rates.site, now)) return 'site';
    this.#sites.add(site, this.#rates.site, now);
    return null;
  }
}

/** When things happened in the last minute, by key. */
class Windows {
  /** Oldest first; the key that had one last comes last. */
  readonly #times = new Map<string, number[]>();

  hasRoom(key: string, most: number, now: number): boolean {
    if (most === 0) return true;
    const times = this.#times.get(key);
    return times === undefined || times.length < most || now - (times.at(-most) ?? 0) >= minuteMs;
  }

  add(key: string, most: number, now: number): void {
    if (most === 0) return;
    const times = this.#times.get(key) ?? [];
    times.push(now);
    while (now - (times[0] ?? now) >= minuteMs) times.shift();
    this.#times.delete(key);
    this.#times.set(key, times);
    this.#forget(now);
  }

  #forget(now: number): void {
    for (const [key, times] of this.#times) {
      if (now - (times.at(-1) ?? now) < minuteMs) break;
      this.#times.delete(key);
    }
  }
}
