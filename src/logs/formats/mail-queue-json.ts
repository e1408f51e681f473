/**
 * The mail queue as `postqueue -j` lists it: one JSON object a line for each message.
 */
import { isUtf8 } from 'node:buffer';
import { sliceOf } from '../find-bytes.js';
import type { LiveMessages } from '../live-messages.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import type { WholeFormat } from './format.js';
import { isNullSender, QueuedBounces } from './queued-bounce.js';

const entryLine = /^\s*\{.*"queue_id": ?".*"recipients": ?\[/;

/** The format of `postqueue -j`. */
export const mailQueueJson: WholeFormat = {
  name: 'mailq',
  recognise: (firstLines) => entryLine.test(firstLines[0] ?? ''),
  createReader: (events, live) => new MailQueueJsonReader(events, live),
};

class MailQueueJsonReader implements LineReader {
  readonly #events: MailEvents;
  readonly #bounces: QueuedBounces;

  constructor(events: MailEvents, live: LiveMessages) {
    this.#events = events;
    this.#bounces = new QueuedBounces(events, live);
  }

  line(bytes: DataView, start: number, end: number): void {
    const slice = sliceOf(bytes, start, end);
    const encoding = isUtf8(slice) ? 'utf8' : 'latin1';
    const line = slice.toString(encoding).trim();
    if (!line.startsWith('{')) return;
    const entry = parseEntry(line);
    if (entry === null) return this.#events.malformed();
    if (!isNullSender(entry.sender)) return;
    for (const address of entry.recipients) {
      if (address.includes('@')) this.#bounces.tell(entry.id, Buffer.from(address, encoding), entry.seconds);
    }
  }
}

interface QueueEntry {
  readonly id: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** When the message arrived, since 1970 UTC; 0 where that is not said. */
  readonly seconds: number;
}

function parseEntry(line: string): QueueEntry | null {
  const entry = parseObject(line);
  const { queue_id: id, sender, recipients, arrival_time: time } = entry ?? {};
  if (typeof id !== 'string' || typeof sender !== 'string' || !Array.isArray(recipients)) return null;
  const addresses = recipients.map((recipient: unknown) => addressOf(recipient));
  const seconds = typeof time === 'number' && Number.isSafeInteger(time) && time > 0 ? time : 0;
  return { id, sender, recipients: addresses.filter((address) => address !== null), seconds };
}

function addressOf(recipient: unknown): string | null {
  if (typeof recipient !== 'object' || recipient === null || !('address' in recipient)) return null;
  return typeof recipient.address === 'string' ? recipient.address : null;
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
