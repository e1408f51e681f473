/**
 * The mail queue as `postqueue -j` lists it: one JSON object a line for each message.
 */
import { isUtf8 } from 'node:buffer';
import { sliceOf } from '../find-bytes.js';
import type { LineReader } from '../split-lines.js';
import type { QueueFormat } from './format.js';
import { isNullSender, type QueueListener } from './queue-listener.js';
import { QueuedBounces } from './queued-bounce.js';

const entryLine = /^\s*\{.*"queue_id": ?".*"recipients": ?\[/;

/** The format of `postqueue -j`. */
export const mailQueueJson: QueueFormat = {
  name: 'mailq',
  recognise: (firstLines) => entryLine.test(firstLines[0] ?? ''),
  createReader: (events, live) => new MailQueueJsonReader(new QueuedBounces(events, live)),
  createQueueReader: (listener) => new MailQueueJsonReader(listener),
};

class MailQueueJsonReader implements LineReader {
  readonly #listener: QueueListener;

  constructor(listener: QueueListener) {
    this.#listener = listener;
  }

  line(bytes: DataView, start: number, end: number): void {
    const slice = sliceOf(bytes, start, end);
    const encoding = isUtf8(slice) ? 'utf8' : 'latin1';
    const line = slice.toString(encoding).trim();
    if (!line.startsWith('{')) return;
    const entry = parseEntry(line);
    if (entry === null) return this.#listener.malformed();
    const { id, sender, recipients, arrived } = entry;
    this.#listener.entry({ id, isBounce: isNullSender(sender), arrived, waited: null });
    for (const address of recipients) this.#listener.recipient(Buffer.from(address, encoding), false);
  }
}

interface ParsedEntry {
  readonly id: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Seconds since 1970 UTC; 0 where that is not said. */
  readonly arrived: number;
}

function parseEntry(line: string): ParsedEntry | null {
  const entry = parseObject(line);
  const { queue_id: id, sender, recipients, arrival_time: time } = entry ?? {};
  if (typeof id !== 'string' || typeof sender !== 'string' || !Array.isArray(recipients)) return null;
  const addresses = recipients.map((recipient: unknown) => addressOf(recipient));
  const arrived = typeof time === 'number' && Number.isSafeInteger(time) && time > 0 ? time : 0;
  return { id, sender, recipients: addresses.filter((address) => address !== null), arrived };
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
