/**
 * A survey that has one sender of every kind, with hostile words in it, for the tests of the reports.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { SurveyInfo } from '../store/survey-info.js';
import type { SiteTimes, SurveyRow } from '../store/survey-rows.js';

const day = 86_400_000;
const noon = Date.parse('2026-11-16T12:00:00Z');

/** A finished survey with these parts changed. */
export function surveyOf(changes: Partial<SurveyInfo> = {}): SurveyInfo {
  return {
    id: 1,
    command: 'maillog',
    startedAt: noon,
    finishedAt: noon + 98 * 60_000,
    complete: true,
    workBeganAt: 0,
    supersededBy: null,
    concurrency: 50,
    settings: {},
    mail: 'accepted',
    sample: null,
    inputTotals: {
      files: 2,
      bytes: 1_234_567_890,
      lines: 3_456_789,
      messages: 412_345,
      nullSenders: 14_678,
      malformed: 3,
      senders: 26_093,
    },
    ...changes,
  };
}

/** A sender with these parts changed. */
export function rowOf(address: string, evidence: Evidence | null, changes: Partial<SurveyRow> = {}): SurveyRow {
  return {
    address,
    domain: address.slice(address.lastIndexOf('@') + 1),
    messages: 1,
    rejectedMessages: 0,
    firstSeen: noon - day,
    lastSeen: noon - 1000,
    wanted: false,
    evidence,
    ...changes,
  };
}

/** Evidence of a reply at RCPT with these parts changed. */
export function replyOf(replyCode: number, changes: Partial<Evidence> = {}): Evidence {
  return {
    event: 'reply',
    stage: 'rcpt',
    replyCode,
    enhancedCode: null,
    replyText: 'so be it',
    mxHost: 'mx1.big-operator.example',
    mxAddress: '192.0.2.1',
    site: 'big-operator.example',
    catchAll: null,
    checkedAt: noon + 60_000,
    durationMs: 350,
    attempts: 1,
    ...changes,
  };
}

/** Evidence without a reply, of a server or domain that plays no part. */
export function eventOf(event: Exclude<Evidence['event'], 'reply'>, changes: Partial<Evidence> = {}): Evidence {
  const nothing = { replyCode: null, replyText: null, mxHost: null, mxAddress: null, site: null };
  return replyOf(0, { event, stage: null, ...nothing, attempts: 0, ...changes });
}

/** Every kind of answer, in the order of first appearance. */
export const sampleRows: readonly SurveyRow[] = [
  rowOf('alice@good.example', replyOf(250, { enhancedCode: '2.1.5', replyText: 'Ok' }), {
    messages: 1200,
    wanted: true,
  }),
  rowOf('all@catch.example', replyOf(250, { catchAll: true, site: 'catch.example' }), { messages: 300 }),
  rowOf('grey@listed.example', replyOf(451, { enhancedCode: '4.7.1', replyText: 'Greylisted, come back later' })),
  rowOf('=1+2@formula.example', replyOf(550, { enhancedCode: '5.1.1', replyText: '@SUM(A1), "no" such user' }), {
    messages: 55,
  }),
  rowOf('kund\u00e9@\u00e9cole.example', replyOf(550, { enhancedCode: '5.1.1', replyText: 'Unbekannt: kundé' })),
  rowOf(
    'lost@friend.example',
    replyOf(550, {
      enhancedCode: '5.1.1',
      replyText: `\u001b]0;owned\u0007<lost@friend.example>: Recipient address rejected: User unknown in virtual mailbox table \u202egnp.exe`,
      mxHost: 'mx.friend.example',
      site: 'friend.example',
    }),
    {
      messages: 1_234_567,
      wanted: true,
      days: [
        { day: noon - day - day / 2, messages: 1_000_000, rejectedMessages: 0 },
        { day: noon - day / 2, messages: 234_567, rejectedMessages: 0 },
      ],
    },
  ),
  rowOf(
    'newsletter-with-a-very-long-local-part-that-goes-on-and-on-for-ever@a-long-domain.example',
    replyOf(554, {
      enhancedCode: '5.7.1',
      stage: 'greeting',
      replyText: '郵件被拒絕：您的地址在黑名單中，請聯繫管理員以獲得更多信息，謝謝您的理解與支持，再見再見再見再見再見',
    }),
    { wanted: true, messages: 9 },
  ),
  rowOf(
    'slow@silent.example',
    eventOf('timeout', { stage: 'greeting', site: 'silent.example', mxHost: 'mx.silent.example', attempts: 2 }),
  ),
  rowOf(
    'gone@dead.example',
    eventOf('connection-timeout', { stage: 'connect', site: 'dead.example', mxAddress: '192.0.2.7', attempts: 1 }),
  ),
  rowOf('spam@nowhere.example', eventOf('no-such-domain', { stage: 'dns' }), { messages: 40 }),
  rowOf('private@skipped.example', eventOf('opted-out')),
  rowOf('not an address', eventOf('bad-syntax', { replyText: 'no @' }), {
    domain: null,
    firstSeen: null,
    lastSeen: null,
  }),
  rowOf('later@waiting.example', null, { messages: 7, rejectedMessages: 2 }),
];

/** The times of the sites in `sampleRows`. */
export const sampleTimes: readonly SiteTimes[] = [
  { site: 'big-operator.example', sessions: 3, p50Ms: 350, p95Ms: 1950 },
  { site: 'silent.example', sessions: 1, p50Ms: 45_000, p95Ms: 45_000 },
];
