/**
 * Haraka's lines → mail events. A transaction (UUID.N) names its sender first and says much later whether the message was
 * taken: `queue code=OK`. So transactions under way are kept in mind, the last few thousand of them. What is refused is told
 * once a transaction, be it at MAIL, RCPT, DATA or when it was to be queued.
 */
import { isUtf8 } from 'node:buffer';
import { byteAt, bytesOf, matches, sliceOf, viewOf } from '../find-bytes.js';
import type { MailEvents } from '../mail-events.js';
import type { TextLine } from '../stamped-line.js';
import type { MailLogParser } from './format.js';
import { readHarakaLine, type HarakaLine } from './haraka-line.js';

/** Connections, transactions and messages kept in mind: those not heard of for longest go first. */
const mostOpen = 10_000;
/** Recipients of one message that can become correspondents. */
const mostRecipients = 100;
const jsonLine = bytesOf('{"');
const fieldsLine = bytesOf('level=');
const bracket = 0x5b;
const uuidLength = 36;
const loopback = /^(?:127\.|::1$|::ffff:127\.)/;

/** What is known of a transaction under way. */
interface Transaction {
  readonly sender: Buffer;
  readonly recipients: string[];
  /** One of our own users sends: from this machine, authenticated, or otherwise allowed to relay. */
  ours: boolean;
  refused: boolean;
}

/** Reads the lines of Haraka, whatever keeps them. */
export class HarakaParser implements MailLogParser {
  readonly #events: MailEvents;
  /** Connections of our own users. */
  readonly #own = new Map<string, true>();
  readonly #transactions = new Map<string, Transaction>();
  /** Recipients of messages of our own users that are on their way out. */
  readonly #outgoing = new Map<string, readonly string[]>();

  constructor(events: MailEvents) {
    this.#events = events;
  }

  take(line: TextLine): boolean {
    const { bytes, idStart, end } = line;
    const first = byteAt(bytes, idStart);
    if (first !== bracket && !matches(bytes, idStart, end, jsonLine) && !matches(bytes, idStart, end, fieldsLine))
      return false;
    const slice = sliceOf(bytes, idStart, end);
    const encoding = isUtf8(slice) ? 'utf8' : 'latin1';
    const said = readHarakaLine(slice.toString(encoding));
    if (said === null || said.uuid === '') return false;
    if (said.origin === 'core') this.#core(said, line, encoding);
    else if (said.origin === 'outbound') this.#delivered(said, encoding);
    return true;
  }

  #core(said: HarakaLine, line: TextLine, encoding: 'utf8' | 'latin1'): void {
    const isRefusal = said.field('code').startsWith('DENY');
    switch (said.about) {
      case 'connect':
        if (loopback.test(said.field('ip'))) keep(this.#own, said.uuid, true);
        return;
      case 'sender':
        if (said.address === null) return this.#events.malformed();
        this.#begin(said.uuid, Buffer.from(said.address, encoding));
        break;
      case 'recipient':
        if (!isRefusal) this.#addRecipient(said);
        break;
      case 'queue':
        this.#queued(said, line);
        break;
      case 'disconnect':
        return this.#closed(said, line);
      case 'invalid-sender':
        return this.#rejected(Buffer.from(said.address ?? '', encoding), line);
      case 'message':
        break;
      default:
        if (said.field('params') === 'AUTH' && said.field('retval') === 'OK')
          keep(this.#own, connectionOf(said.uuid), true);
        return;
    }
    if (isRefusal) this.#refuse(said.uuid, line);
  }

  #begin(uuid: string, sender: Buffer): void {
    const ours = this.#own.has(connectionOf(uuid));
    keep(this.#transactions, uuid, { sender, recipients: [], ours, refused: false });
  }

  #addRecipient(said: HarakaLine): void {
    const recipients = this.#transactions.get(said.uuid)?.recipients;
    if (said.address !== null && recipients !== undefined && recipients.length < mostRecipients)
      recipients.push(said.address);
  }

  #refuse(uuid: string, line: TextLine): void {
    const transaction = this.#transactions.get(uuid);
    if (transaction === undefined || transaction.refused) return;
    transaction.refused = true;
    this.#rejected(transaction.sender, line);
  }

  #rejected(sender: Buffer, line: TextLine): void {
    this.#events.rejected(viewOf(sender), 0, sender.length, line.seconds(), line.times);
  }

  /** `code=CONT` is a message on its way to the outbound queue, which only those who may relay get into. */
  #queued(said: HarakaLine, line: TextLine): void {
    const transaction = this.#transactions.get(said.uuid);
    if (transaction === undefined) return;
    if (said.field('code') === 'CONT') transaction.ours = true;
    if (said.field('code') !== 'OK') return;
    this.#transactions.delete(said.uuid);
    const { sender, recipients, ours } = transaction;
    if (ours && sender.length > 0) keep(this.#outgoing, said.uuid, recipients);
    if (ours) this.#events.submitted(viewOf(sender), 0, sender.length, line.seconds());
    else this.#events.accepted(viewOf(sender), 0, sender.length, line.seconds());
  }

  /**
   * Where no plugin takes a recipient, Haraka refuses it but logs `code=OK`. Only the summary of the connection tells:
   * `txns=1 rcpts=0/0/1`, recipients taken, deferred and refused.
   */
  #closed(said: HarakaLine, line: TextLine): void {
    const connection = connectionOf(said.uuid);
    const last = `${connection}.${said.field('txns')}`;
    if (/^0\/\d+\/[1-9]/.test(said.field('rcpts'))) this.#refuse(last, line);
    this.#transactions.delete(last);
    this.#own.delete(connection);
  }

  /** `UUID.1.1`: a delivery to the recipients of message UUID.1 at one domain, `rcpts=2/0/0` if all were taken. */
  #delivered(said: HarakaLine, encoding: 'utf8' | 'latin1'): void {
    const recipients = this.#outgoing.get(said.uuid.slice(0, said.uuid.lastIndexOf('.')));
    const isTaken = /^[1-9]\d*\/0\/0$/.test(said.field('rcpts')) && said.field('response') !== '';
    if (recipients === undefined || !isTaken || loopback.test(said.field('ip'))) return;
    for (const recipient of recipients) {
      if (!recipient.toLowerCase().endsWith(`@${said.field('domain').toLowerCase()}`)) continue;
      const address = Buffer.from(recipient, encoding);
      this.#events.corresponded(viewOf(address), 0, address.length);
    }
  }
}

/** Sets a value and forgets the oldest one when there are too many. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= mostOpen) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function connectionOf(uuid: string): string {
  return uuid.slice(0, uuidLength);
}
