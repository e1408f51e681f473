/**
 * What must hold of every survey, whatever happened to it: each sender has one row, the totals add up, the reports say
 * the same, and the state is sound. Gives what does not hold, in words; nothing where all does.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Summary } from '../../src/report/summary.js';
import { readCsv } from '../system/read-csv.js';

/** A row of the CSV report. */
export type Row = Readonly<Record<string, string>>;

/** Files that a survey of a campaign writes, in its folder. */
export const outputs = ['--state', 'survey.db', '--csv', 'out.csv', '--json', 'out.json'];

/** The rows of the report by address; throws where there is none. */
export async function rowsIn(folder: string): Promise<Row[]> {
  return readCsv(join(folder, 'out.csv'));
}

/** What is wrong with a survey's outputs, which should be about exactly these senders. */
export async function broken(folder: string, senders: Iterable<string>): Promise<string[]> {
  const rows = await rowsIn(folder);
  const { survey, totals } = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as Summary;
  return [
    ...wrongRows(rows, new Set(senders)),
    ...wrongTotals(totals, rows),
    ...(survey.complete === (totals.pending === 0) ? [] : ['"complete" and "pending" contradict each other']),
    ...unsound(join(folder, 'survey.db'), rows.length),
  ];
}

function wrongRows(rows: readonly Row[], senders: ReadonlySet<string>): string[] {
  const seen = new Set(rows.map(({ address = '' }) => address));
  return [
    ...(seen.size === rows.length ? [] : [`${rows.length - seen.size} senders have more than one row`]),
    ...[...senders].filter((sender) => !seen.has(sender)).map((sender) => `${sender} has no row`),
    ...[...seen].filter((address) => !senders.has(address)).map((address) => `${address} was never a sender`),
  ];
}

function wrongTotals(totals: Summary['totals'], rows: readonly Row[]): string[] {
  const verdicts = ['accepted', 'deferred', 'rejected', 'no-answer', 'unreachable', 'undeliverable'];
  const counted = verdicts.map((word) => rows.filter(({ verdict }) => verdict === word).length);
  const { accepted2xx, deferred4xx, rejected5xx, noAnswer, unreachable, undeliverable } = totals;
  const told = [accepted2xx, deferred4xx, rejected5xx, noAnswer, unreachable, undeliverable];
  const sum = told.reduce((before, number) => before + number, 0);
  return [
    ...verdicts.flatMap((word, at) =>
      counted[at] === told[at] ? [] : [`${word}: ${counted[at]} rows, ${told[at]} in JSON`],
    ),
    ...(sum === totals.checked ? [] : [`the verdicts add up to ${sum}, checked are ${totals.checked}`]),
    ...(totals.checked + totals.skipped + totals.pending === rows.length
      ? []
      : ['the totals do not add up to the rows']),
  ];
}

function unsound(state: string, rows: number): string[] {
  const database = new Database(state, { readonly: true });
  try {
    const check = database.pragma('integrity_check', { simple: true });
    const kept = database.prepare('SELECT count(*) FROM sender').pluck().get();
    return [
      ...(check === 'ok' ? [] : [`the state: ${String(check)}`]),
      ...(kept === rows ? [] : [`the state holds ${String(kept)} senders, the report ${rows}`]),
    ];
  } finally {
    database.close();
  }
}

/** Senders whose row is not the one expected, in words: `verdict/reason at stage`, or `verdict at stage`. */
export function unexpected(rows: readonly Row[], expected: ReadonlyMap<string, string>): string[] {
  return rows.flatMap((row) => {
    const wanted = expected.get(row['address'] ?? '');
    const whole = `${row['verdict']}/${row['reason']} at ${row['stage']}`;
    const short = `${row['verdict']} at ${row['stage']}`;
    return wanted === whole || wanted === short
      ? []
      : [`${row['address']}: ${whole} (${row['reply_text']}), not ${wanted}`];
  });
}
