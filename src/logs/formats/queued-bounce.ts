/**
 * What a listing of the mail queue says of senders: mail with the null reverse-path that is stuck is bounces that nobody takes,
 * and its recipients are who had sent. All other entries are mail on its way out.
 */
import { viewOf } from '../find-bytes.js';
import { hashBytes } from '../hash-bytes.js';
import { countedState, type LiveMessages } from '../live-messages.js';
import type { MailEvents } from '../mail-events.js';
import type { QueueEntry, QueueListener } from './queue-listener.js';

const atSign = 0x40;

/** Tells the recipients of stuck bounces, each once a queue entry though it may stand in several listings. */
export class QueuedBounces implements QueueListener {
  readonly #events: MailEvents;
  readonly #live: LiveMessages;
  #entry: QueueEntry | null = null;

  constructor(events: MailEvents, live: LiveMessages) {
    this.#events = events;
    this.#live = live;
  }

  entry(entry: QueueEntry): void {
    this.#entry = entry;
  }

  recipient(address: Buffer, isCut: boolean): void {
    if (this.#entry?.isBounce !== true) return;
    if (isCut) this.#events.malformed();
    else if (address.includes(atSign)) this.#tell(this.#entry, address);
  }

  malformed(): void {
    this.#events.malformed();
  }

  #tell({ id, arrived }: QueueEntry, recipient: Buffer): void {
    const [queueId, address] = [viewOf(Buffer.from(id)), viewOf(recipient)];
    const seed = hashBytes(queueId, 0, queueId.byteLength, 0, 0);
    const [high, low] = [
      hashBytes(address, 0, recipient.length, seed, 0),
      hashBytes(address, 0, recipient.length, ~seed, 0),
    ];
    if (this.#live.get(high, low) === countedState) return;
    this.#live.set(high, low, countedState);
    this.#events.accepted(address, 0, recipient.length, arrived);
  }
}
