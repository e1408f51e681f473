import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { events, stages } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';
import type { CountedMail } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { eventOf, replyOf, rowOf, sampleRows, sampleTimes, surveyOf } from './report.test-support.js';
import { summarise } from './summarise.js';
import type { Summary, Totals } from './summary.js';

function summaryOf(rows: readonly SurveyRow[], mail: CountedMail = 'accepted'): Summary {
  return summarise(rows, surveyOf({ mail }), sampleTimes, judge);
}

describe('the sample', () => {
  const summary = summaryOf(sampleRows);

  test('is counted by senders', () => {
    expect(summary.totals).toEqual({
      checked: 10,
      reachable: 8,
      accepted2xx: 2,
      deferred4xx: 1,
      acceptedOrDeferred: 3,
      rejected5xx: 4,
      refusedUs: 1,
      noAnswer: 1,
      unreachable: 1,
      undeliverable: 1,
      skipped: 2,
      pending: 1,
      wantedRejected: 2,
    });
  });

  test('and by messages', () => {
    expect(summary.messages).toMatchObject({
      accepted2xx: 1500,
      undeliverable: 40,
      pending: 7,
      wantedRejected: 1_234_576,
    });
  });

  test('names the wanted but rejected, those with most messages first', () => {
    expect(summary.wantedRejected.map(({ address, messages }) => [address.slice(0, 10), messages])).toEqual([
      ['lost@frien', 1_234_567],
      ['newsletter', 9],
    ]);
  });

  test('lists the sites, the biggest first, with the times known', () => {
    expect(summary.sites.map(({ site, senders, sessions }) => [site, senders, sessions])).toEqual([
      ['big-operator.example', 5, 3],
      ['catch.example', 1, 0],
      ['dead.example', 1, 0],
      ['friend.example', 1, 0],
      ['silent.example', 1, 1],
    ]);
  });

  test('has times as text, and the contract’s keys', () => {
    expect(summary.survey).toMatchObject({ started: '2026-11-16T12:00:00.000Z', finished: '2026-11-16T13:38:00.000Z' });
    expect(Object.keys(summary)).toEqual(
      expect.arrayContaining(['schema', 'survey', 'input', 'totals', 'messages', 'reasons', 'whatIf', 'sites']),
    );
  });
});

test.for<[CountedMail, number]>([
  ['accepted', 5],
  ['rejected', 3],
  ['all', 8],
])('senders of %s mail weigh what they sent of it', ([mail, messages]) => {
  const row = rowOf('a@a.example', replyOf(250), { messages: 5, rejectedMessages: 3 });
  expect(summaryOf([row], mail).messages.accepted2xx).toBe(messages);
});

describe('what Postfix would have refused', () => {
  test.for<[string, SurveyRow['evidence'], number]>([
    ['an unknown user', replyOf(550, { enhancedCode: '5.1.1' }), 1],
    ['who refuses us by name, since Postfix cannot tell', replyOf(554, { enhancedCode: '5.7.1' }), 1],
    ['who refuses our envelope sender', replyOf(550, { stage: 'mail' }), 1],
    ['not who refuses us in the greeting: it is deferred', replyOf(554, { stage: 'greeting' }), 0],
    ['a domain that does not exist', eventOf('no-such-domain', { stage: 'dns' }), 1],
    ['a domain that takes no mail', eventOf('null-mx', { stage: 'dns' }), 1],
    ['not what is deferred', replyOf(450), 0],
    ['not what is accepted', replyOf(250), 0],
    ['not who gives no answer', eventOf('timeout', { stage: 'rcpt' }), 0],
    ['not who cannot be reached', eventOf('connection-refused', { stage: 'connect' }), 0],
    ['not who was not asked', eventOf('opted-out'), 0],
    ['not who is pending', null, 0],
  ])('%s', ([, evidence, refused]) => {
    const row = rowOf('a@a.example', evidence, { messages: 4, wanted: true });
    expect(summaryOf([row, { ...row, wanted: false }]).whatIf.rejectUnverified).toMatchObject({
      senders: 2 * refused,
      messages: 8 * refused,
      wantedSenders: refused,
      wantedMessages: 4 * refused,
    });
  });
});

describe('what else Postfix would have done', () => {
  test.for<[string, SurveyRow['evidence'], 'refusingUs' | 'putOff' | 'catchAll' | null]>([
    ['an unknown user is refused on good grounds', replyOf(550, { enhancedCode: '5.1.1' }), null],
    ['who refuses us by name is no evidence', replyOf(554, { enhancedCode: '5.7.1' }), 'refusingUs'],
    [
      'nor who refuses the probe’s sender',
      replyOf(550, { stage: 'mail', enhancedCode: '5.1.7', replyText: 'Sender address rejected' }),
      'refusingUs',
    ],
    ['who refuses us in the greeting is put off', replyOf(554, { stage: 'greeting' }), 'putOff'],
    ['so is who is deferred', replyOf(450), 'putOff'],
    ['and who gives no answer', eventOf('timeout', { stage: 'rcpt' }), 'putOff'],
    ['and who cannot be reached', eventOf('connection-refused', { stage: 'connect' }), 'putOff'],
    ['a domain that takes anything proves nothing', replyOf(250, { catchAll: true }), 'catchAll'],
    ['one that does not proves something', replyOf(250, { catchAll: false }), null],
    ['who was not asked is not counted', eventOf('opted-out'), null],
  ])('%s', ([, evidence, expected]) => {
    const row = rowOf('a@a.example', evidence, { messages: 4, wanted: true });
    const { rejectUnverified } = summaryOf([row, { ...row, wanted: false }]).whatIf;
    const counted = { senders: 2, messages: 8, wantedSenders: 1, wantedMessages: 4 };
    const nothing = { senders: 0, messages: 0, wantedSenders: 0, wantedMessages: 0 };
    for (const part of ['refusingUs', 'putOff', 'catchAll'] as const) {
      expect(rejectUnverified[part]).toEqual(part === expected ? counted : nothing);
    }
  });
});

const evidence = fc
  .record({
    event: fc.constantFrom(...events),
    stage: fc.constantFrom(...stages),
    replyCode: fc.integer({ min: 200, max: 599 }),
    enhancedCode: fc.constantFrom(null, '5.1.1', '5.7.1', '4.7.1'),
    catchAll: fc.constantFrom(null, true, false),
    site: fc.constantFrom(null, 'a.example', 'b.example'),
  })
  .map(({ replyCode, ...changes }) =>
    replyOf(replyCode, { ...changes, replyCode: changes.event === 'reply' ? replyCode : null }),
  );

const row = fc
  .record({ evidence: fc.option(evidence), messages: fc.nat({ max: 1e6 }), wanted: fc.boolean() })
  .map((changes) => rowOf('a@a.example', changes.evidence, changes));

test('the totals add up, whatever was answered', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const summary = summaryOf(rows);
      const wholes = [rows.length, rows.reduce((sum, { messages }) => sum + messages, 0)];
      for (const [index, totals] of [summary.totals, summary.messages].entries()) {
        expect(totals.acceptedOrDeferred).toBe(totals.accepted2xx + totals.deferred4xx);
        expect(totals.reachable).toBe(totals.acceptedOrDeferred + totals.rejected5xx + totals.noAnswer);
        expect(totals.checked).toBe(totals.reachable + totals.unreachable + totals.undeliverable);
        expect(totals.checked + totals.skipped + totals.pending).toBe(wholes[index]);
        for (const part of ['refusedUs', 'wantedRejected'] satisfies (keyof Totals)[]) {
          expect(totals[part]).toBeLessThanOrEqual(totals.rejected5xx);
        }
      }
      const asked = summary.totals.checked + summary.totals.skipped;
      expect(Object.values(summary.reasons).reduce((sum, count) => sum + count, 0)).toBe(asked);
      expect(summary.wantedRejected).toHaveLength(summary.totals.wantedRejected);
      const refused = summary.whatIf.rejectUnverified;
      expect(refused.senders).toBeLessThanOrEqual(summary.totals.rejected5xx + summary.totals.undeliverable);
      expect(refused.refusingUs.senders).toBeLessThanOrEqual(refused.senders);
      expect(refused.catchAll.senders).toBeLessThanOrEqual(summary.totals.accepted2xx);
      const letIn = summary.totals.accepted2xx;
      expect(refused.senders + refused.putOff.senders + letIn).toBe(summary.totals.checked);
      const withSite = rows.filter((each) => each.evidence !== null && each.evidence.site !== null).length;
      expect(summary.sites.reduce((sum, { senders }) => sum + senders, 0)).toBe(withSite);
    }),
  );
});
