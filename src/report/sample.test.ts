/**
 * Reports of a sampled survey: what they estimate, and from what.
 */
import { expect, test } from 'vitest';
import { judge } from '../verdict/judge.js';
import type { SurveyInfo } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { fitText } from './harmless-text.js';
import { renderText } from './render-text.js';
import { eventOf, replyOf, rowOf, sampleRows, surveyOf } from './report.test-support.js';
import { summarise } from './summarise.js';
import type { SampleEstimates, Summary } from './summary.js';

/** 40 accepted, 36 rejected, 14 of no domain, 10 never to be asked; each row's messages are its number, modulo 5, plus 1. */
const rows: readonly SurveyRow[] = Array.from({ length: 100 }, (_, at) => {
  const answer = [replyOf(250), replyOf(550), eventOf('no-such-domain'), eventOf('opted-out')];
  const kind = [40, 76, 90, 100].findIndex((end) => at < end);
  return rowOf(`s${at}@d.example`, answer[kind]!, { messages: 1 + (at % 5), wanted: at === 41 });
});

/** 2000 senders like those: five kinds of message counts, 400 of each. */
const sampled: Partial<SurveyInfo> = {
  sample: { size: 100, population: 2000, seed: 'lucky' },
  settings: { sampledFrom: { messages: 400 * 15, squaredMessages: 400 * 55 } },
};

function summaryOf(found: readonly SurveyRow[], changes: Partial<SurveyInfo>): Summary {
  return summarise(found, surveyOf(changes), [], judge);
}

function estimatesOf(changes: Partial<SurveyInfo> = sampled): SampleEstimates {
  return summaryOf(rows, changes).survey.sample!.estimates!;
}

test('the text', async () => {
  const text = renderText(summaryOf(rows, sampled));
  await expect(text).toMatchFileSnapshot('../../fixtures/report/sampled.txt');
  for (const line of text.split('\n')) expect(fitText(line, 80)).toBe(line);
});

test('shares are of the checked, and what is skipped or checked is one of all', () => {
  const { totals, reasons } = estimatesOf();
  expect(totals.accepted2xx).toMatchObject({ share: 40 / 90, about: 800 });
  expect(totals.checked).toMatchObject({ share: 0.9, about: 1800 });
  expect(totals.skipped).toMatchObject({ share: 0.1, about: 200 });
  expect(reasons['accepted/ok']).toEqual(totals.accepted2xx);
  expect(reasons['skipped/opted-out']).toEqual(totals.skipped);
  expect(totals).not.toHaveProperty('pending');
});

test('messages are weighed: what is about the same in all is estimated as that', () => {
  const { messages, whatIf } = estimatesOf();
  expect(messages?.accepted2xx).toMatchObject({ share: 120 / 270, about: 2400 });
  const { refused, putOff } = whatIf.rejectUnverified;
  expect(refused.senders).toMatchObject({ share: 50 / 90, about: 1000 });
  expect(refused.wantedSenders).toMatchObject({ share: 1 / 90, about: 20 });
  expect(refused.wantedMessages).toMatchObject({ share: 2 / 270, about: 40 });
  expect(putOff.messages).toMatchObject({ share: 0, low: 0, about: 0 });
});

test('unequal message counts widen the intervals of messages', () => {
  const width = ({ messages }: SampleEstimates): number => messages!.accepted2xx!.high - messages!.accepted2xx!.low;
  const { totals } = estimatesOf();
  expect(width(estimatesOf())).toBeGreaterThan(totals.accepted2xx!.high - totals.accepted2xx!.low);
  const settings = { sampledFrom: { messages: 400 * 15, squaredMessages: 1000 ** 2 } };
  expect(width(estimatesOf({ ...sampled, settings }))).toBeGreaterThan(1.2 * width(estimatesOf()));
});

test('no estimate while anybody is pending, nor of messages where the state does not tell how many there were', () => {
  expect(summaryOf(sampleRows, sampled).survey.sample?.estimates).toBeNull();
  const { totals, messages, whatIf } = estimatesOf({ ...sampled, settings: {} });
  expect(totals.accepted2xx).not.toBeNull();
  expect(messages).toBeNull();
  expect(whatIf.rejectUnverified.refused).toMatchObject({ messages: null, wantedMessages: null });
});

test('a sample of which nobody was checked has no shares, and all the same a report', () => {
  const summary = summaryOf(rows.slice(-10), { ...sampled, sample: { size: 10, population: 2000, seed: 'x' } });
  expect(summary.survey.sample?.estimates?.totals.accepted2xx).toBeNull();
  expect(renderText(summary)).toMatch(/^Accepted \(2xx\)$/m);
});
