/**
 * The CSV reports: RFC 4180 with CRLF, one header row, one row per sender in order of first appearance. A field that a
 * spreadsheet would run as a formula gets an apostrophe in front, addresses too; characters that a terminal would obey
 * become `?`.
 */
import { stringify } from 'csv-stringify/sync';
import { isReachable } from '../verdict/evidence.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { makeHarmless } from './harmless-text.js';
import type { Judge } from './summarise.js';

/** What is known of a sender from the inputs alone. */
export type CountedSender = Pick<
  SurveyRow,
  'address' | 'domain' | 'messages' | 'rejectedMessages' | 'firstSeen' | 'lastSeen'
>;

type Field = string | number | boolean | null;

const countColumns = ['address', 'domain', 'messages', 'rejected_messages', 'first_seen', 'last_seen'];
const surveyColumns = [
  ...countColumns,
  'wanted',
  'verdict',
  'reason',
  'stage',
  'reply_code',
  'enhanced_code',
  'reply_text',
  'mx_host',
  'mx_address',
  'reachable',
  'attempts',
  'duration_ms',
  'checked_at',
  'prober',
];

/** The report of a survey, in pieces of some hundred rows: a million senders take no more memory than these. */
export function surveyCsv(rows: Iterable<SurveyRow>, judge: Judge): Generator<string, void, undefined> {
  return csv(surveyColumns, rows, (row) => surveyFields(row, judge));
}

/** The senders found in the inputs with their counts, in pieces; the same file can be read as an input again. */
export function extractCsv(senders: Iterable<CountedSender>): Generator<string, void, undefined> {
  return csv(countColumns, senders, countFields);
}

function countFields(sender: CountedSender): Field[] {
  const { address, domain, messages, rejectedMessages, firstSeen, lastSeen } = sender;
  return [address, domain, messages, rejectedMessages, isoTime(firstSeen), isoTime(lastSeen)];
}

function surveyFields(row: SurveyRow, judge: Judge): Field[] {
  const { evidence } = row;
  if (evidence === null) {
    return [
      ...countFields(row),
      row.wanted,
      'pending',
      ...Array<null>(7).fill(null),
      isReachable('pending'),
      0,
      null,
      null,
      null,
    ];
  }
  const { verdict, reason } = judge(evidence, row.address);
  return [
    ...countFields(row),
    row.wanted,
    verdict,
    reason,
    evidence.stage,
    evidence.replyCode,
    evidence.enhancedCode,
    evidence.replyText,
    evidence.mxHost,
    evidence.mxAddress,
    isReachable(verdict),
    evidence.attempts,
    evidence.durationMs,
    isoTime(evidence.checkedAt),
    evidence.prober ?? null,
  ];
}

function isoTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** How many rows make a piece. */
const pieceRows = 500;

function* csv<Row>(
  columns: readonly string[],
  rows: Iterable<Row>,
  fieldsOf: (row: Row) => Field[],
): Generator<string, void, undefined> {
  let piece: Field[][] = [[...columns]];
  for (const row of rows) {
    if (piece.length === pieceRows) {
      yield stringifyPiece(piece);
      piece = [];
    }
    piece.push(fieldsOf(row).map(defuse));
  }
  yield stringifyPiece(piece);
}

function stringifyPiece(piece: Field[][]): string {
  return stringify(piece, { record_delimiter: 'windows', cast: { boolean: String } });
}

/** What spreadsheets take for the start of a formula (OWASP, CSV injection), full-width forms included. */
const formulaStart = /^'*[=+\-@\t\r＝＋－＠]/u;

/**
 * Puts an apostrophe before what would start a formula, and before a field that starts like one so treated: taking one
 * apostrophe off before a formula's start gives back what went in.
 */
function defuse(field: Field): Field {
  if (typeof field !== 'string') return field;
  const harmless = formulaStart.test(field) ? `'${field}` : field;
  return makeHarmless(harmless);
}
