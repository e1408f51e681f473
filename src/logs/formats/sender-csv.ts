/**
 * The tool's own CSV (`extract --csv`, or a survey's): its counts add up with those of the other inputs. Only the leading
 * columns are read, so rows of wider tables will do.
 */
import { isUtf8 } from 'node:buffer';
import { sliceOf, viewOf } from '../find-bytes.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import type { WholeFormat } from './format.js';

const header = 'address,domain,messages,rejected_messages,first_seen,last_seen';
const columns = 6;

/** The format of the tool's own table of senders. */
export const senderCsv: WholeFormat = {
  name: 'extract --csv',
  recognise: (firstLines) => isHeader(firstLines[0] ?? ''),
  createReader: (events) => new SenderCsvReader(events),
};

class SenderCsvReader implements LineReader {
  readonly #events: MailEvents;

  constructor(events: MailEvents) {
    this.#events = events;
  }

  line(bytes: DataView, start: number, end: number): void {
    const slice = sliceOf(bytes, start, end);
    const encoding = isUtf8(slice) ? 'utf8' : 'latin1';
    const row = slice.toString(encoding).trimEnd();
    if (row === '' || isHeader(row)) return;
    const [address = '', , messages = '', rejected = '', first = '', last = ''] = leadingFields(row);
    const totals = {
      messages: Number(messages),
      rejectedMessages: Number(rejected),
      firstSeen: secondsOf(first),
      lastSeen: secondsOf(last),
    };
    if (!isCount(messages) || !isCount(rejected)) return this.#events.malformed();
    const plain = viewOf(Buffer.from(withoutDefusing(address), encoding));
    this.#events.counted(plain, 0, plain.byteLength, totals);
  }
}

function isHeader(line: string): boolean {
  const start = line.replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)/, '').trimEnd();
  return start === header || start.startsWith(`${header},`);
}

function isCount(field: string): boolean {
  return /^\d{1,9}$/.test(field);
}

function secondsOf(field: string): number {
  const time = Date.parse(field);
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}

/** The report puts `'` before what a spreadsheet would take for a formula, and before what looks as if it had. */
const defused = /^'+[=+\-@\t\r＝＋－＠]/u;

function withoutDefusing(field: string): string {
  return defused.test(field) ? field.slice(1) : field;
}

/** The first fields of a row (RFC 4180). */
function leadingFields(row: string): string[] {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < columns && at <= row.length) {
    const quoted = /"((?:[^"]|"")*)"(?=,|$)/y;
    const plain = /[^,]*/y;
    quoted.lastIndex = at;
    plain.lastIndex = at;
    const found = quoted.exec(row);
    const text = found?.[0] ?? plain.exec(row)?.[0] ?? '';
    fields.push(found?.[1]?.replaceAll('""', '"') ?? text);
    at += text.length + 1;
  }
  return fields;
}
