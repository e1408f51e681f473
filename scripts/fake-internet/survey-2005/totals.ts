/**
 * What a survey of the made-up senders must find, counted from the table that scripts their servers.
 */
import { isReachable } from '../../../src/verdict/evidence.js';
import type { SurveySender } from '../survey-2005.js';

/** Totals under the names that the JSON report uses. */
export type Totals = Readonly<Record<(typeof keys)[number], number>>;

const keys = [
  'checked',
  'reachable',
  'accepted2xx',
  'deferred4xx',
  'acceptedOrDeferred',
  'rejected5xx',
  'refusedUs',
  'noAnswer',
  'unreachable',
  'undeliverable',
  'skipped',
  'pending',
  'wantedRejected',
] as const;

/** The totals, each sender weighing as much as `weight` says: 1, or its messages. */
export function totalsOf(senders: readonly SurveySender[], weight: (sender: SurveySender) => number): Totals {
  const count = (counts: (sender: SurveySender) => boolean): number =>
    senders.reduce((sum, sender) => sum + (counts(sender) ? weight(sender) : 0), 0);
  return {
    checked: count(() => true),
    reachable: count(({ verdict }) => isReachable(verdict)),
    accepted2xx: count(({ verdict }) => verdict === 'accepted'),
    deferred4xx: count(({ verdict }) => verdict === 'deferred'),
    acceptedOrDeferred: count(({ verdict }) => verdict === 'accepted' || verdict === 'deferred'),
    rejected5xx: count(({ verdict }) => verdict === 'rejected'),
    refusedUs: count(({ verdict, reason }) => verdict === 'rejected' && reason === 'refused-us'),
    noAnswer: count(({ verdict }) => verdict === 'no-answer'),
    unreachable: count(({ verdict }) => verdict === 'unreachable'),
    undeliverable: count(({ verdict }) => verdict === 'undeliverable'),
    skipped: 0,
    pending: 0,
    wantedRejected: count(({ verdict, wanted }) => wanted && verdict === 'rejected'),
  };
}

/** Senders by `verdict/reason`, as the JSON report counts them. */
export function reasonsOf(senders: readonly SurveySender[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict, reason } of senders) counts[`${verdict}/${reason}`] = (counts[`${verdict}/${reason}`] ?? 0) + 1;
  return counts;
}
