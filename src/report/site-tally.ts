/**
 * Counts the answers of each site: a site is the servers of one mail operator, and so the place to look when many
 * senders got the same answer.
 */
import type { Verdict } from '../verdict/evidence.js';
import type { SiteTimes } from '../store/survey-rows.js';
import type { SiteSummary } from './summary.js';

type Count = 'senders' | 'accepted2xx' | 'deferred4xx' | 'rejected5xx' | 'noAnswer' | 'unreachable';
type Counts = Record<Count, number>;

const countOf = {
  accepted: 'accepted2xx',
  deferred: 'deferred4xx',
  rejected: 'rejected5xx',
  'no-answer': 'noAnswer',
  unreachable: 'unreachable',
  undeliverable: null,
  skipped: null,
  pending: null,
} as const satisfies Record<Verdict, Count | null>;

/** Counts verdicts by site. */
export class SiteTally {
  readonly #counts = new Map<string, Counts>();

  /** Counts one sender; senders for which no site was found (null) are left out. */
  add(site: string | null, verdict: Verdict): void {
    if (site === null) return;
    const counts = this.#counts.get(site) ?? noCounts();
    counts.senders += 1;
    const count = countOf[verdict];
    if (count !== null) counts[count] += 1;
    this.#counts.set(site, counts);
  }

  /** All sites, most senders first, with the times known of them. */
  summaries(siteTimes: Iterable<SiteTimes>): SiteSummary[] {
    const times = new Map<string, SiteTimes>();
    for (const entry of siteTimes) times.set(entry.site, entry);
    return [...this.#counts]
      .map(([site, counts]) => {
        const { sessions = 0, p50Ms = 0, p95Ms = 0 } = times.get(site) ?? {};
        return { site, ...counts, sessions, p50Ms, p95Ms };
      })
      .toSorted((a, b) => b.senders - a.senders || (a.site < b.site ? -1 : 1));
  }
}

function noCounts(): Counts {
  return { senders: 0, accepted2xx: 0, deferred4xx: 0, rejected5xx: 0, noAnswer: 0, unreachable: 0 };
}
