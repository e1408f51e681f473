/**
 * Rows of Exchange's message tracking log → mail events.
 *
 * A message leaves a row at each step and on each server, all with one network-message-id (before Exchange 2013: one
 * message-id). It is counted at the first of its rows. If that is a failure, as rejected; a later row that says it was taken
 * in counts it as that as well. Mailboxes of our own submit through the store; what they and our own hosts hand in is
 * `Originating`.
 */
import { bytesOf, matches, sliceOf, viewOf } from '../find-bytes.js';
import { hashBytes } from '../hash-bytes.js';
import { countedState, ownState, refusedState, type LiveMessages } from '../live-messages.js';
import type { LogClock } from '../log-clock.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import { columnsByCount, columnsOf, CsvRow, isHeader, type Columns } from './exchange-row.js';

const byteOrderMark = bytesOf('\u00EF\u00BB\u00BF');
/** How the connector is called that our own servers send to each other with. */
const internalConnector = 'Intra-Organization';
const fields = bytesOf('#Fields:');
const hash = 0x23;

/** Where mail of our own users and programs comes from: mailboxes and their rules, drop folders, Exchange itself. */
const ownSources = new Set(['STOREDRIVER', 'MAILBOXRULE', 'PICKUP', 'ADMIN', 'APPROVAL', 'DSN', 'ORAR']);
/** What the store does with a message from anywhere. */
const deliveries = new Set(['DELIVER', 'DUPLICATEDELIVER', 'DEFER', 'FAIL', 'PROCESS', 'EXPIRE']);
const failures = new Set(['FAIL', 'BADMAIL', 'DROP', 'SUBMITFAIL']);

/** Reads the rows; the columns are those of `#Fields:`, of a header row, or what rows of that length have. */
export class ExchangeReader implements LineReader {
  readonly #events: MailEvents;
  readonly #live: LiveMessages;
  readonly #clock: LogClock;
  readonly #row = new CsvRow();
  #columns: Columns | null = null;
  /** Whether there were only comments so far. */
  #atStart = true;

  constructor(events: MailEvents, live: LiveMessages, clock: LogClock) {
    this.#events = events;
    this.#live = live;
    this.#clock = clock;
  }

  line(bytes: DataView, lineStart: number, lineEnd: number): void {
    const start = matches(bytes, lineStart, lineEnd, byteOrderMark) ? lineStart + byteOrderMark.length : lineStart;
    const end = lineEnd > start && bytes.getUint8(lineEnd - 1) === 0x0d ? lineEnd - 1 : lineEnd;
    if (start === end) return;
    if (bytes.getUint8(start) === hash) this.#comment(bytes, start, end);
    else if (this.#atStart && isHeader(textOf(bytes, start, end))) {
      this.#columns = columnsOf(textOf(bytes, start, end).split(','));
    } else {
      this.#row.read(bytes, start, end);
      this.#take(this.#columns ?? columnsByCount(this.#row.length));
    }
    this.#atStart &&= bytes.getUint8(start) === hash;
  }

  /** `#Fields: date-time,client-ip,...`; each log names its columns. */
  #comment(bytes: DataView, start: number, end: number): void {
    if (!matches(bytes, start, end, fields)) return;
    this.#columns = columnsOf(textOf(bytes, start + fields.length, end).split(','));
  }

  #take(columns: Columns): void {
    const row = this.#row;
    if (row.length <= columns.returnPath) return this.#events.malformed();
    if (row.isEmpty(columns.returnPath)) return;
    const event = row.text(columns.event);
    const ours = isOurs(row.text(columns.directionality), row.text(columns.source), event);
    const failed = !ours && failures.has(event);
    const { bytes, from, to } = row.address(columns.returnPath);
    const known = this.#isKnown(columns, failed, ours && to > from);
    if (event === 'SEND') this.#sent(columns);
    if (known) return;
    const seconds = this.#clock.fromIso(row.bytes, row.start(columns.time), row.end(columns.time));
    if (failed) this.#events.rejected(bytes, from, to, seconds, 1);
    else if (ours) this.#events.submitted(bytes, from, to, seconds);
    else this.#events.accepted(bytes, from, to, seconds);
  }

  /** Whether the row's message was counted as this before; now it will have been. */
  #isKnown(columns: Columns, failed: boolean, own: boolean): boolean {
    const [high, low] = messageHash(this.#row, columns);
    const state = this.#live.get(high, low);
    if (state === countedState || state === ownState || (failed && state === refusedState)) return true;
    this.#live.set(high, low, failed ? refusedState : own ? ownState : countedState);
    return false;
  }

  /** A row of a message sent over SMTP: `a@b;c@d`, and as many replies. Between our own servers it is no delivery. */
  #sent(columns: Columns): void {
    const row = this.#row;
    const [high, low] = messageHash(row, columns);
    const isOutbound =
      row.text(columns.source) === 'SMTP' && !row.text(columns.connector).startsWith(internalConnector);
    if (!isOutbound || this.#live.get(high, low) !== ownState) return;
    const replies = row.text(columns.status).split(';');
    for (const [i, recipient] of row.text(columns.recipients).split(';').entries()) {
      if (recipient === '' || !/^(?:2|$)/.test(replies[i] ?? '')) continue;
      const address = Buffer.from(recipient, 'latin1');
      this.#events.corresponded(viewOf(address), 0, address.length);
    }
  }
}

function isOurs(directionality: string, source: string, event: string): boolean {
  if (directionality !== 'Originating' && directionality !== 'Incoming') {
    return ownSources.has(source) && !deliveries.has(event);
  }
  return directionality === 'Originating';
}

/** A hash of what tells the message from others on all servers, else on its own server. */
function messageHash(row: CsvRow, columns: Columns): readonly [number, number] {
  if (!row.isEmpty(columns.networkId)) return hashOf(row, columns.networkId, 0);
  const [id, more] = row.isEmpty(columns.messageId)
    ? [columns.internalId, columns.server]
    : [columns.messageId, columns.returnPath];
  return hashOf(row, id, hashOf(row, more, 0)[0]);
}

function hashOf(row: CsvRow, column: number, seed: number): readonly [number, number] {
  const [start, end] = [row.start(column), row.end(column)];
  return [hashBytes(row.bytes, start, end, seed, 0), hashBytes(row.bytes, start, end, ~seed, 0)];
}

function textOf(bytes: DataView, start: number, end: number): string {
  return sliceOf(bytes, start, end).toString('latin1');
}
