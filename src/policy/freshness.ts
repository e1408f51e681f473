/**
 * For how long evidence counts where mail is to be refused: Postfix's address verification (verify(8),
 * address_verify_* in postconf(5)), with one difference: whoever could not be told is not put off.
 */
import type { Standing } from '../verdict/standing.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** From which age on a result is looked after while it serves, and from which on it serves no more. */
const ages: Readonly<Record<Standing, { readonly refreshMs: number; readonly expireMs: number }>> = {
  good: { refreshMs: 7 * dayMs, expireMs: 31 * dayMs },
  bad: { refreshMs: 3 * hourMs, expireMs: 3 * dayMs },
  // As long as RFC 5321 (section 4.5.4.1) has a client wait between tries.
  undecided: { refreshMs: hourMs / 2, expireMs: hourMs / 2 },
};

/** What serves longest; older than this nothing is needed. */
export const longestServiceMs = ages.good.expireMs;

/** Whoever was asked about is not asked about again before, whatever came of it. */
const pauseMs = ages.undecided.refreshMs;

/** `fresh` serves; `due` serves while it is asked for anew; `expired` does not serve. */
export type Freshness = 'fresh' | 'due' | 'expired';

/** How fresh a result is that was found at `checkedAt`, its sender last asked about at `askedAt`. */
export function freshnessOf(standing: Standing, checkedAt: number, askedAt: number, now: number): Freshness {
  const age = now - checkedAt;
  const { refreshMs, expireMs } = ages[standing];
  if (age >= expireMs) return 'expired';
  return age >= refreshMs && now - askedAt >= pauseMs ? 'due' : 'fresh';
}

/** A result as it is known. */
export interface Result {
  readonly standing: Standing;
  readonly checkedAt: number;
}

/**
 * Whether what was found replaces what is known: a good result is replaced by a good one only, until it expires. (Postfix:
 * "don't allow one failed probe to clobber an OK address before it expires".)
 */
export function replaces(known: Result | null, found: Standing, now: number): boolean {
  if (known?.standing !== 'good' || found === 'good') return true;
  return now - known.checkedAt >= ages.good.expireMs;
}
