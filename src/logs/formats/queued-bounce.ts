/**
 * What a listing of the mail queue says of senders: mail with the null reverse-path that is stuck is bounces that nobody takes,
 * and its recipients are who had sent. All other entries are mail on its way out.
 */
import { viewOf } from '../find-bytes.js';
import { hashBytes } from '../hash-bytes.js';
import { countedState, type LiveMessages } from '../live-messages.js';
import type { MailEvents } from '../mail-events.js';

/** How the listings write the null reverse-path. */
const nullSenders = new Set(['', '<>', 'MAILER-DAEMON', '<MAILER-DAEMON>']);

/** Whether the sender of a queue entry is the null reverse-path. */
export function isNullSender(sender: string): boolean {
  return nullSenders.has(sender);
}

/** Tells the recipients of stuck bounces, each once a queue entry though it may stand in several listings. */
export class QueuedBounces {
  readonly #events: MailEvents;
  readonly #live: LiveMessages;

  constructor(events: MailEvents, live: LiveMessages) {
    this.#events = events;
    this.#live = live;
  }

  /** `seconds` since 1970 UTC when the bounce was queued, 0 where that is unknown. */
  tell(queueId: string, recipient: Buffer, seconds: number): void {
    const id = viewOf(Buffer.from(queueId));
    const address = viewOf(recipient);
    const seed = hashBytes(id, 0, id.byteLength, 0, 0);
    const [high, low] = [
      hashBytes(address, 0, recipient.length, seed, 0),
      hashBytes(address, 0, recipient.length, ~seed, 0),
    ];
    if (this.#live.get(high, low) === countedState) return;
    this.#live.set(high, low, countedState);
    this.#events.accepted(address, 0, recipient.length, seconds);
  }
}
