/**
 * Which of the totals a sender counts in; the same for senders and, weighted, for their messages.
 */
import { isReachable, type Judgement, type Verdict } from '../verdict/evidence.js';
import type { Totals } from './summary.js';

/** The total that each verdict counts in. */
export const verdictTotals = {
  accepted: 'accepted2xx',
  deferred: 'deferred4xx',
  rejected: 'rejected5xx',
  'no-answer': 'noAnswer',
  unreachable: 'unreachable',
  undeliverable: 'undeliverable',
  skipped: 'skipped',
  pending: 'pending',
} as const satisfies Record<Verdict, keyof Totals>;

/** Counts one sender with this weight; a judgement of null is a sender still pending. */
export function addToTotals(totals: Totals, weight: number, judgement: Judgement | null, wanted: boolean): void {
  const verdict = judgement?.verdict ?? 'pending';
  totals[verdictTotals[verdict]] += weight;
  if (verdict !== 'skipped' && verdict !== 'pending') totals.checked += weight;
  if (isReachable(verdict)) totals.reachable += weight;
  if (verdict === 'accepted' || verdict === 'deferred') totals.acceptedOrDeferred += weight;
  if (judgement?.reason === 'refused-us') totals.refusedUs += weight;
  if (verdict === 'rejected' && wanted) totals.wantedRejected += weight;
}

/** All totals at nought. */
export function noTotals(): Totals {
  return {
    checked: 0,
    reachable: 0,
    accepted2xx: 0,
    deferred4xx: 0,
    acceptedOrDeferred: 0,
    rejected5xx: 0,
    refusedUs: 0,
    noAnswer: 0,
    unreachable: 0,
    undeliverable: 0,
    skipped: 0,
    pending: 0,
    wantedRejected: 0,
  };
}
