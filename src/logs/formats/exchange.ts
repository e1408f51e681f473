/**
 * The message tracking log of Microsoft Exchange, and what `Get-MessageTrackingLog | Export-Csv` makes of it. The envelope
 * sender is `return-path`; `sender-address` is what the message says of itself.
 */
import { viewOf } from '../find-bytes.js';
import { ExchangeReader } from './exchange-reader.js';
import { CsvRow, isHeader } from './exchange-row.js';
import type { WholeFormat } from './format.js';

/** Words of the columns source and event-id, two of which every row has. */
const sources =
  /^(?:SMTP|STOREDRIVER|AGENT|ROUTING|QUEUE|GATEWAY|DNS|DSN|SAFETYNET|REDUNDANCY|RESOLVER|MAILBOXRULE|PICKUP|ADMIN|APPROVAL|ORAR)$/;
const events =
  /^(?:RECEIVE|SEND|SUBMIT\w*|DELIVER|DUPLICATE\w+|DSN|EXPAND|RESOLVE|TRANSFER|REDIRECT|DEFER|FAIL|BADMAIL|DROP|POISONMESSAGE|LOAD|RESUBMIT|HA[A-Z]+|AGENTINFO|NOTIFYMAPI|PROCESS|EXPIRE|THROTTLE)$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
/** Exchange 2007 has 21 columns, and people leave some out. */
const fewestColumns = 16;

/** The format of the message tracking log. */
export const exchange: WholeFormat = {
  name: 'exchange',
  recognise: (firstLines) => {
    const start = (firstLines[0] ?? '').replace(/^\u00EF\u00BB\u00BF/, '').trimEnd();
    if (start.startsWith('#Software: Microsoft Exchange') || isHeader(start)) return true;
    return firstLines.filter((line) => isTrackingRow(line.trimEnd())).length * 2 > firstLines.length;
  },
  createReader: (heard, live, clock) => new ExchangeReader(heard, live, clock),
};

/** A row of a log, whatever the order of its columns. */
function isTrackingRow(line: string): boolean {
  const row = new CsvRow();
  row.read(viewOf(Buffer.from(line, 'latin1')), 0, line.length);
  if (row.length < fewestColumns) return false;
  const values = Array.from({ length: row.length }, (_, column) => row.text(column));
  return [sources, events, time].every((known) => values.some((value) => known.test(value)));
}
