import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from '../verdict/judge.js';
import { extractCsv, surveyCsv, type CountedSender } from './csv.js';
import { makeHarmless } from './harmless-text.js';
import { replyOf, rowOf, sampleRows } from './report.test-support.js';

function readBack(pieces: Iterable<string>): string[][] {
  return parse([...pieces].join(''), { record_delimiter: '\r\n' });
}

test('the header is the contract’s', () => {
  expect([...surveyCsv([], judge)].join('')).toBe(
    'address,domain,messages,rejected_messages,first_seen,last_seen,wanted,verdict,reason,stage,reply_code,enhanced_code,reply_text,mx_host,mx_address,reachable,attempts,duration_ms,checked_at,prober\r\n',
  );
  expect([...extractCsv([])].join('')).toBe('address,domain,messages,rejected_messages,first_seen,last_seen\r\n');
});

test('every row has all columns, those of senders not asked too', () => {
  const [header = [], ...rows] = readBack(surveyCsv(sampleRows, judge));
  expect(rows.map((row) => row.length)).toEqual(sampleRows.map(() => header.length));
  const pending = Object.fromEntries(header.map((column, index) => [column, rows.at(-1)?.[index]]));
  expect(pending).toMatchObject({ verdict: 'pending', reason: '', reachable: 'false', attempts: '0', checked_at: '' });
});

test.for<[string, string]>([
  ['=cmd()@a.example', "'=cmd()@a.example"],
  ['+1@a.example', "'+1@a.example"],
  ['-x@a.example', "'-x@a.example"],
  ['@SUM(1)', "'@SUM(1)"],
  ['\tx', "'?x"],
  ['\rx', "'?x"],
  ["'=x@a.example", "''=x@a.example"],
  ["'x@a.example", "'x@a.example"],
  ['"a b"@a.example', '"a b"@a.example'],
  ['a,b@a.example', 'a,b@a.example'],
])('%j is written as %j', ([address, written]) => {
  const [, row] = readBack(extractCsv([rowOf(address, null)]));
  expect(row?.[0]).toBe(written);
});

test('what was written is read back, whatever it is, and no field starts a formula', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.record({ address: text, replyText: text })), (found) => {
      const rows = found.map(({ address, replyText }) => rowOf(address, replyOf(550, { replyText })));
      const [, ...back] = readBack(surveyCsv(rows, judge));
      expect(back.map(([address]) => restore(address))).toEqual(found.map(({ address }) => makeHarmless(address)));
      expect(back.map((row) => restore(row[12]))).toEqual(found.map(({ replyText }) => makeHarmless(replyText)));
      for (const field of back.flat()) expect(field).not.toMatch(/^[=+\-@\t\r]/);
    }),
  );
});

/** Takes the apostrophe off again, as any reader may. */
function restore(field: string | undefined): string | undefined {
  return field?.replace(/^'(?='*[=+\-@＝＋－＠])/u, '');
}

test('rows are read as they are written, and a piece never holds more than 500', () => {
  let read = 0;
  function* senders(): Generator<CountedSender> {
    for (; read < 1_000_000; read += 1) yield rowOf('a@a.example', null);
  }
  const pieces = extractCsv(senders());
  expect(pieces.next().value?.split('\r\n')).toHaveLength(501);
  expect(read).toBeLessThan(501);
  pieces.return();
});
