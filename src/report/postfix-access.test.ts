import { expect, test } from 'vitest';
import { judge } from '../verdict/judge.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { postfixAccess } from './postfix-access.js';
import { eventOf, replyOf, rowOf, sampleRows, surveyOf } from './report.test-support.js';

function mapOf(rows: readonly SurveyRow[]): string {
  return [...postfixAccess(rows, surveyOf(), judge)].join('');
}

/** The lines that are not comments. */
function entriesOf(rows: readonly SurveyRow[]): string[] {
  return mapOf(rows)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

test('the map of the sample', async () => {
  await expect(mapOf(sampleRows)).toMatchFileSnapshot('../../fixtures/report/sample.postfix-access');
});

test.for<[string, SurveyRow['evidence'], boolean]>([
  ['rejected', replyOf(550), true],
  ['rejected in the greeting, and so put off', replyOf(554, { stage: 'greeting' }), true],
  ['of a domain that is gone', eventOf('no-such-domain', { stage: 'dns' }), true],
  ['accepted', replyOf(250), false],
  ['deferred', replyOf(450), false],
  ['without an answer', eventOf('timeout', { stage: 'rcpt' }), false],
  ['not asked', eventOf('opted-out'), false],
  ['pending', null, false],
])('a wanted sender that is %s', ([, evidence, passes]) => {
  expect(entriesOf([rowOf('a@a.example', evidence, { wanted: true })])).toEqual(passes ? ['a@a.example OK'] : []);
  expect(entriesOf([rowOf('a@a.example', evidence)])).toEqual([]);
});

test.for<[string, string[]]>([
  ['Jo.Doe@a.example', ['jo.doe@a.example OK']],
  ['"odd user"@a.example', ['"odd user"@a.example OK']],
  ['buch@xn--bcher-kva.example', ['buch@xn--bcher-kva.example OK', 'buch@bücher.example OK']],
  ['#1@a.example', []],
])('%s is looked up as %j', ([address, entries]) => {
  expect(entriesOf([rowOf(address, replyOf(550), { wanted: true })])).toEqual(entries);
});

test('two spellings that Postfix takes for one make one entry', () => {
  const rows = ['Jo@a.example', 'jo@a.example'].map((address) => rowOf(address, replyOf(550), { wanted: true }));
  expect(entriesOf(rows)).toEqual(['jo@a.example OK']);
});

test('the words of a server stay in their comment', () => {
  const replyText = `no\nevil@a.example OK\u2028evil@b.example OK ${'x'.repeat(5000)}`;
  const map = mapOf([rowOf('a@a.example', replyOf(550, { replyText }), { wanted: true })]);
  expect(entriesOf([rowOf('a@a.example', replyOf(550, { replyText }), { wanted: true })])).toEqual(['a@a.example OK']);
  expect(Math.max(...map.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
});
