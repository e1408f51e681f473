/**
 * Reads a CSV file as RFC 4180 has it: the tests' own, so that what writes them is not what checks them.
 */
import { readFile } from 'node:fs/promises';

/** The file's rows by the names in its header row. */
export async function readCsv(path: string): Promise<Record<string, string>[]> {
  const [header = [], ...rows] = records(await readFile(path, 'utf8'));
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

function records(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  return rows;
}
