/**
 * What `sender-survey queue` found: plain data, as its JSON shows it.
 */

/**
 * What becomes of a bounce, by what the state knows of those who are to get it: `invalid` where their servers said of each that
 * there is no such mailbox, or their domain takes no mail; `valid` where one was accepted; `undecided` where the answer said
 * neither; `unknown` where nobody was asked about any of them.
 */
export type BounceFate = 'invalid' | 'valid' | 'undecided' | 'unknown';

/** Counts of what waits. */
export interface QueueTotals {
  readonly messages: number;
  /** Recipients that are still to be delivered to. */
  readonly recipients: number;
  /** Messages with the null reverse-path. */
  readonly bounces: number;
  readonly bounceRecipients: number;
  /** Entries that cannot be understood. */
  readonly malformed: number;
}

/** A domain that bounces wait to go to, how many, and how many of them to invalid senders only. */
export interface QueueDomain {
  readonly domain: string;
  readonly bounces: number;
  readonly invalid: number;
}

/** The report. */
export interface QueueSummary {
  /** Version of this shape. */
  readonly schema: 1;
  /** The newest listing's time: ISO 8601, UTC. */
  readonly listed: string;
  readonly totals: QueueTotals;
  /** How long the oldest message has waited, seconds; null where no listing says. */
  readonly oldestSeconds: number | null;
  /** The state looked into; null where there is none. */
  readonly state: string | null;
  /** Bounces by what becomes of them; null without a state. */
  readonly bouncesTo: Readonly<Record<BounceFate, number>> | null;
  /** Those with most bounces, first. */
  readonly domains: readonly QueueDomain[];
}
