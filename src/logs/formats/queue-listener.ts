/**
 * What the listings of the mail queue tell, and the seam between their readers and whoever listens.
 */

/** A message that waits. */
export interface QueueEntry {
  readonly id: string;
  /** Whether it has the null reverse-path: bounces do, and other notifications. */
  readonly isBounce: boolean;
  /** When it was queued, seconds since 1970 UTC; 0 where the listing does not say. */
  readonly arrived: number;
  /** How long it has waited, seconds; null where the listing says when it was queued, or neither. */
  readonly waited: number | null;
}

/** Hears of each entry, then of its recipients. */
export interface QueueListener {
  entry(entry: QueueEntry): void;
  /** Somebody to whom the entry told last is still to be delivered; `isCut`: the listing shows the beginning only. */
  recipient(address: Buffer, isCut: boolean): void;
  /** An entry that cannot be understood. */
  malformed(): void;
}

/** How the listings write the null reverse-path. */
const nullSenders = new Set(['', '<>', 'MAILER-DAEMON', '<MAILER-DAEMON>']);

/** Whether the sender of a queue entry is the null reverse-path. */
export function isNullSender(sender: string): boolean {
  return nullSenders.has(sender);
}
