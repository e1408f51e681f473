/**
 * Rows of comma-separated values found by position, not decoded (RFC 4180: a field in quotes may contain commas, and quotes
 * doubled), and which column is which.
 */
import { byteAt, findByte, sliceOf, viewOf } from '../find-bytes.js';
import type { ByteRange } from './sendmail-encoding.js';

const comma = 0x2c;
const quote = 0x22;
/** Columns that are looked at; Exchange has 30 of them. */
const mostColumns = 64;

/** The row being read; its fields hold until the next `read`. */
export class CsvRow {
  /** How many fields the row has. */
  length = 0;
  bytes: DataView = new DataView(new ArrayBuffer(0));
  readonly #starts = new Int32Array(mostColumns);
  readonly #ends = new Int32Array(mostColumns);

  /** Finds the fields within [start, end). */
  read(bytes: DataView, start: number, end: number): void {
    this.bytes = bytes;
    this.length = 0;
    for (let at = start; at <= end && this.length < mostColumns;) {
      const close = byteAt(bytes, at) === quote && at < end ? closingQuote(bytes, at + 1, end) : -1;
      const next = findByte(bytes, close < 0 ? at : close + 1, end, comma);
      const fieldEnd = next < 0 ? end : next;
      this.#starts[this.length] = close < 0 ? at : at + 1;
      this.#ends[this.length] = close < 0 ? fieldEnd : close;
      this.length += 1;
      at = fieldEnd + 1;
    }
  }

  /** Where the field begins; `end` tells where it ends. Both are 0 where the row has no such field. */
  start(column: number): number {
    return column >= 0 && column < this.length ? this.#starts[column]! : 0;
  }

  end(column: number): number {
    return column >= 0 && column < this.length ? this.#ends[column]! : 0;
  }

  isEmpty(column: number): boolean {
    return this.end(column) === this.start(column);
  }

  /** The field's bytes read as Latin-1. */
  text(column: number): string {
    return sliceOf(this.bytes, this.start(column), this.end(column)).toString('latin1');
  }

  /** The address in the field, without angle brackets around it and with doubled quotes made one. */
  address(column: number): ByteRange {
    const { bytes } = this;
    let [from, to] = [this.start(column), this.end(column)];
    if (to - from >= 2 && bytes.getUint8(from) === 0x3c && bytes.getUint8(to - 1) === 0x3e) {
      from += 1;
      to -= 1;
    }
    if (findByte(bytes, from, to, quote) < 0) return { bytes, from, to };
    const plain = Buffer.from(sliceOf(bytes, from, to).toString('latin1').replaceAll('""', '"'), 'latin1');
    return { bytes: viewOf(plain), from: 0, to: plain.length };
  }
}

/** The quote that ends a field: one with a comma or the end of the row behind it; or -1. */
function closingQuote(bytes: DataView, start: number, end: number): number {
  for (let i = findByte(bytes, start, end, quote); i >= 0; i = findByte(bytes, i + 1, end, quote)) {
    if (i + 1 === end || byteAt(bytes, i + 1) === comma) return i;
    if (byteAt(bytes, i + 1) === quote) i += 1;
  }
  return -1;
}

/** Where the columns that we read stand; -1 where there is none. */
export interface Columns {
  readonly time: number;
  readonly server: number;
  readonly connector: number;
  readonly source: number;
  readonly event: number;
  readonly internalId: number;
  readonly messageId: number;
  readonly networkId: number;
  readonly recipients: number;
  readonly status: number;
  readonly returnPath: number;
  readonly directionality: number;
}

/** The columns by their names in `#Fields:`, or in the first row of what `Get-MessageTrackingLog | Export-Csv` writes. */
export function columnsOf(names: readonly string[]): Columns {
  const plain = names.map((name) => name.trim().replaceAll(/["-]/g, '').toLowerCase());
  const column = (...spellings: string[]): number => plain.findIndex((name) => spellings.includes(name));
  return {
    time: column('datetime', 'timestamp'),
    server: column('serverhostname'),
    connector: column('connectorid'),
    source: column('source'),
    event: column('eventid'),
    internalId: column('internalmessageid'),
    messageId: column('messageid'),
    networkId: column('networkmessageid'),
    recipients: column('recipientaddress', 'recipients'),
    status: column('recipientstatus'),
    returnPath: column('returnpath'),
    directionality: column('directionality'),
  };
}

const first =
  'date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,internal-message-id,message-id,';
const last =
  'recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality';
const since2013 = columnsOf(`${first}network-message-id,${last}`.split(','));
const until2010 = columnsOf(`${first}${last}`.split(','));
/** From Exchange 2013 on rows have 27 or 30 columns, one of them new in the middle; before that they had 21 or 26. */
const fewestSince2013 = 27;

/** Whether a line is the first row of an exported file, which names the columns. */
export function isHeader(line: string): boolean {
  const columns = columnsOf(line.split(','));
  return columns.returnPath >= 0 && columns.event >= 0 && columns.source >= 0;
}

/** The columns of a file that does not name them, by how many it has. */
export function columnsByCount(count: number): Columns {
  return count >= fewestSince2013 ? since2013 : until2010;
}
