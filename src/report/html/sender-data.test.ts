import { expect, test } from 'vitest';
import type { SurveyRow } from '../../store/survey-rows.js';
import { judge } from '../../verdict/judge.js';
import { eventOf, replyOf, rowOf } from '../report.test-support.js';
import type { Judge } from '../summarise.js';
import { judgeRows } from './judged-row.js';
import { addressMark, senderData } from './sender-data.js';

interface Block {
  readonly words: string[];
  readonly [column: string]: (string | number)[];
}

function blocksOf(rows: readonly SurveyRow[], by: Judge = judge): Block[] {
  const html = [...senderData(judgeRows(rows, 'accepted', by))].join('');
  const elements = html.matchAll(/<script type="application\/json" class="senders">([^<]*)<\/script>\n/g);
  return Array.from(elements, ([, json = '']) => JSON.parse(json) as Block);
}

test('one block, column by column, each word once, and a mark where the address stood', () => {
  const unknown = { enhancedCode: '5.1.1', mxHost: 'mx.a.example' };
  const rows = [
    rowOf('anna@a.example', replyOf(550, { ...unknown, replyText: '<anna@a.example>: unknown' }), { wanted: true }),
    rowOf('bert@a.example', replyOf(550, { ...unknown, replyText: '<bert@a.example>: unknown' }), { messages: 7 }),
    rowOf('cleo@b.example', eventOf('timeout', { stage: 'connect', mxAddress: '192.0.2.7' })),
    rowOf('dora@c.example', null),
  ];
  const said = `550 5.1.1 <${addressMark}>: unknown`;
  expect(blocksOf(rows)).toEqual([
    {
      // prettier-ignore
      words: [
        '', 'rejected', 'no-such-mailbox', 'rcpt', said, 'mx.a.example',
        'no-answer', 'timeout', 'connect', '192.0.2.7', 'pending',
      ],
      address: ['anna@a.example', 'bert@a.example', 'cleo@b.example', 'dora@c.example'],
      messages: [1, 7, 1, 1],
      wanted: [1, 0, 0, 0],
      verdict: [1, 1, 6, 10],
      reason: [2, 2, 7, 0],
      stage: [3, 3, 8, 0],
      said: [4, 4, 0, 0],
      host: [5, 5, 9, 0],
    },
  ]);
});

test('the words of one block serve the next ones', () => {
  const rows = Array.from({ length: 4001 }, (_, index) => rowOf(`a${index}@a.example`, replyOf(250)));
  const blocks = blocksOf(rows);
  expect(blocks.map(({ address }) => address?.length)).toEqual([2000, 2000, 1]);
  expect(blocks.map(({ words }) => words.length)).toEqual([6, 0, 0]);
});

test('no reply, address or host is longer than a screen can show', () => {
  const long = '<b>'.repeat(17_000);
  const tooLong: Judge = () => ({ verdict: 'rejected', reason: 'unspecified', rule: '' });
  const [block] = blocksOf([rowOf(`${long}@a.example`, replyOf(550, { replyText: long, mxHost: long }))], tooLong);
  for (const text of [...(block?.words ?? []), ...(block?.['address'] ?? [])]) {
    expect(String(text).length).toBeLessThanOrEqual(500);
  }
});
