import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '../verdict/judge.js';
import type { SurveyInfo } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { surveyCsv } from './csv.js';
import { fitText, makeHarmless, padText } from './harmless-text.js';
import { colours } from './paint.js';
import { renderJson } from './render-json.js';
import { renderText } from './render-text.js';
import { replyOf, rowOf, sampleRows, sampleTimes, surveyOf } from './report.test-support.js';
import { summarise } from './summarise.js';

const goldens = '../../fixtures/report';

function textOf(rows: readonly SurveyRow[], changes: Partial<SurveyInfo> = {}): string {
  return renderText(summarise(rows, surveyOf(changes), sampleTimes, judge));
}

/** What a terminal obeys; of the controls only the line ends of the reports themselves may be left. */
const obeyed = /[^\P{Cc}\r\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

test('the reports of the sample', async () => {
  const summary = summarise(sampleRows, surveyOf({ complete: false }), sampleTimes, judge);
  await expect(renderText(summary)).toMatchFileSnapshot(`${goldens}/sample.txt`);
  await expect(renderJson(summary)).toMatchFileSnapshot(`${goldens}/sample.json`);
  await expect([...surveyCsv(sampleRows, judge)].join('')).toMatchFileSnapshot(`${goldens}/sample.csv`);
});

test('the text of a sample of senders that was interrupted before anything was asked', async () => {
  const changes = {
    finishedAt: null,
    complete: false,
    mail: 'rejected',
    sample: { size: 1, population: 26_093, seed: 'lucky' },
  } as const;
  await expect(textOf(sampleRows.slice(-1), changes)).toMatchFileSnapshot(`${goldens}/interrupted.txt`);
});

test('long lists are cut in the text', async () => {
  const rows = Array.from({ length: 30 }, (_, index) =>
    rowOf(`sender${index}@d${index}.example`, replyOf(550, { site: `site${index}.example` }), {
      wanted: true,
      messages: 1000 - index,
    }),
  );
  await expect(textOf(rows)).toMatchFileSnapshot(`${goldens}/long-lists.txt`);
});

test('colours change nothing but colours', () => {
  const summary = summarise(sampleRows, surveyOf({ complete: false }), sampleTimes, judge);
  const text = renderText(summary, colours);
  expect(text).toContain('\u001b[32m');
  expect(stripVTControlCharacters(text)).toBe(renderText(summary));
});

describe('whatever the servers say', () => {
  const words = fc.string({ unit: 'binary', maxLength: 200 });
  const rows = fc.array(
    fc
      .record({ address: words, replyText: words, mxHost: words, site: words, messages: fc.nat() })
      .map(({ address, messages, ...evidence }) => rowOf(address, replyOf(550, evidence), { messages, wanted: true })),
    { maxLength: 5 },
  );

  test('the text fits 80 columns, and no report has anything that a terminal would obey', () => {
    fc.assert(
      fc.property(rows, (found) => {
        const summary = summarise(found, surveyOf(), [], judge);
        const text = renderText(summary);
        for (const line of text.split('\n')) expect(fitText(line, 80)).toBe(line);
        const json = renderJson(summary);
        for (const report of [text, json, [...surveyCsv(found, judge)].join('')]) expect(report).not.toMatch(obeyed);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(summary)));
      }),
    );
  });
});

test('the text fits 80 columns, however many senders and messages there are', () => {
  const count = fc.oneof(fc.nat({ max: 9 }), fc.integer({ min: 1_000_000, max: 2_000_000_000 }));
  const days = fc.nat({ max: 20 }).map((age) => Date.parse('2026-11-16T12:00:00Z') - age * 86_400_000);
  const changes = fc.record({ messages: count, rejectedMessages: count, firstSeen: days, wanted: fc.boolean() });
  const rows = fc.array(
    fc.tuple(fc.constantFrom(...sampleRows), changes, fc.boolean()).map(([row, change, known]) => {
      const { days: kept, ...rest } = row;
      return { ...rest, ...(known && { days: kept }), ...change, lastSeen: Date.parse('2026-11-16T11:00:00Z') };
    }),
  );
  const sample = fc.option(fc.record({ size: count, population: fc.nat(99_999_999), seed: fc.string() }));
  fc.assert(
    fc.property(rows, fc.constantFrom('accepted', 'rejected', 'all'), sample, (found, mail, drawn) => {
      for (const line of textOf(found, { mail, sample: drawn }).split('\n')) expect(fitText(line, 80)).toBe(line);
    }),
  );
});

test.for<[string, number, string]>([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['郵件被拒絕', 6, '郵件…'],
  ['👍👍👍', 5, '👍👍…'],
  ['a\u001b[31mb\u009b\u202e\u2028\ud800', 20, 'a?[31mb????'],
])('%j fits %i columns as %s', ([text, columns, fitting]) => {
  expect(fitText(text, columns)).toBe(fitting);
});

test('padding fills the columns that wide characters leave', () => {
  expect(padText('郵件', 6)).toBe('郵件  ');
  expect(makeHarmless('plain, «quoted», naïve')).toBe('plain, «quoted», naïve');
});
