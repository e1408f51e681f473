import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { events, stages, type Evidence } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';
import type { NewSender } from './begin-survey.js';
import { openFile } from './database.js';
import { openState, type State } from './state.js';
import { day, evidenceOf, noon, planOf, senderOf } from './survey.test-support.js';

let directory: string;
let path: string;
let state: State;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  path = join(directory, 'survey.db');
  state = openState(path, 'write');
});

afterEach(() => {
  state.close();
  rmSync(directory, { recursive: true });
});

function begin(addresses: readonly string[], changes: Parameters<typeof planOf>[0] = {}, maxAgeMs = 7 * day): number {
  return state.beginSurvey(
    planOf(changes),
    maxAgeMs,
    addresses.map((address) => senderOf(address)),
  ).id;
}

/** Pending senders as `address: id`, over all domains in the order given. */
function pendingIds(surveyId: number): Record<string, number> {
  return Object.fromEntries(
    [...state.pendingDomains(surveyId)].flatMap(({ domainId }) =>
      state.pendingSenders(surveyId, domainId, 0, 1000).map(({ senderId, address }) => [address, senderId]),
    ),
  );
}

function recordAll(surveyId: number, evidence: Evidence): void {
  const results = Object.values(pendingIds(surveyId)).map((senderId) => ({ senderId, evidence }));
  state.record(surveyId, null, results);
}

function addressesWithEvidence(surveyId: number): string[] {
  return [...state.rows(surveyId)].filter(({ evidence }) => evidence !== null).map(({ address }) => address);
}

function* failing(): Generator<NewSender> {
  yield senderOf('a@a.example');
  throw new Error('the log ends here');
}

function finished(address: string, evidence: Evidence): void {
  const surveyId = begin([address]);
  recordAll(surveyId, evidence);
  state.finishSurvey(surveyId, noon + 2);
}

describe('a new survey', () => {
  test('keeps the plan, and the senders in the order of first appearance', () => {
    const plan = planOf({ sample: { size: 3, population: 10, seed: 'x' }, mail: 'all' });
    const senders = [
      senderOf('z@b.example', { messages: 3, rejectedMessages: 1, wanted: true }),
      senderOf('a@a.example', { firstSeen: null, lastSeen: null }),
      senderOf('m@b.example'),
    ];
    const survey = state.beginSurvey(plan, 0, senders);
    expect(survey).toEqual({
      ...plan,
      id: 1,
      workBeganAt: plan.startedAt,
      finishedAt: null,
      complete: false,
      supersededBy: null,
    });
    expect(state.survey('latest')).toEqual(survey);
    expect([...state.rows(survey.id)]).toEqual(
      senders.map((sender) => ({ ...sender, skipped: undefined, evidence: null })),
    );
  });

  test('adds up what appears twice, at the place of the first', () => {
    const survey = state.beginSurvey(planOf(), 0, [
      senderOf('a@a.example', { messages: 2, firstSeen: 5000, lastSeen: 6000 }),
      senderOf('b@a.example'),
      senderOf('a@a.example', { messages: 3, rejectedMessages: 4, firstSeen: 1000, lastSeen: 2000, wanted: true }),
    ]);
    expect([...state.rows(survey.id)].map(({ address, messages }) => [address, messages])).toEqual([
      ['a@a.example', 5],
      ['b@a.example', 1],
    ]);
    expect([...state.rows(survey.id)][0]).toMatchObject({
      rejectedMessages: 4,
      firstSeen: 1000,
      lastSeen: 6000,
      wanted: true,
    });
  });

  test('leaves nothing behind when its senders cannot all be read', () => {
    expect(() => state.beginSurvey(planOf(), 0, failing())).toThrow('the log ends here');
    expect(state.survey('latest')).toBeNull();
    expect(begin(['b@b.example'])).toBe(1);
  });

  test('holds the evidence of senders that are never asked', () => {
    const skipped = { event: 'bad-syntax', stage: null, replyText: 'no domain', checkedAt: noon } as const;
    const survey = state.beginSurvey(planOf(), 0, [
      senderOf('nonsense', { domain: null, skipped }),
      senderOf('a@a.example'),
    ]);
    expect(state.countSenders(survey.id)).toEqual({ senders: 2, pending: 1 });
    expect([...state.rows(survey.id)][0]).toMatchObject({
      address: 'nonsense',
      domain: null,
      evidence: { ...skipped, attempts: 0, durationMs: 0, replyCode: null, mxHost: null },
    });
    expect(pendingIds(survey.id)).toHaveProperty(['a@a.example']);
  });

  test('refuses a sender that can neither be asked nor is skipped', () => {
    expect(() => state.beginSurvey(planOf(), 0, [senderOf('x', { domain: null })])).toThrow(TypeError);
  });

  test('gives every row back as it went in', () => {
    const times = fc.option(fc.integer({ min: 0, max: 4e12 }));
    const sender = fc.record({
      localPart: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => !/\p{Cs}/u.test(text)),
      domain: fc.constantFrom('a.example', 'b.example', 'c.example'),
      messages: fc.nat(),
      rejectedMessages: fc.nat(),
      firstSeen: times,
      lastSeen: times,
      wanted: fc.boolean(),
    });
    const senders = fc.uniqueArray(sender, { selector: ({ localPart, domain }) => `${localPart}@${domain}` });
    fc.assert(
      fc.property(senders, (found) => {
        const expected = found.map(({ localPart, ...rest }) => ({ address: `${localPart}@${rest.domain}`, ...rest }));
        const survey = state.beginSurvey(
          planOf(),
          0,
          expected.map((row) => ({ ...row, skipped: null })),
        );
        expect([...state.rows(survey.id)]).toEqual(expected.map((row) => ({ ...row, evidence: null })));
        expect(state.countSenders(survey.id)).toEqual({ senders: found.length, pending: found.length });
      }),
      { numRuns: 50 },
    );
  });
});

describe('pending senders', () => {
  test('are listed by domain, the biggest first, and page by page', () => {
    const surveyId = begin(['1@b.example', '1@a.example', '2@b.example', '3@b.example', '2@a.example', '1@c.example']);
    const domains = [...state.pendingDomains(surveyId)];
    expect(domains.map(({ domain, senders }) => [domain, senders])).toEqual([
      ['b.example', 3],
      ['a.example', 2],
      ['c.example', 1],
    ]);
    const domainId = domains[0]?.domainId ?? 0;
    const first = state.pendingSenders(surveyId, domainId, 0, 2);
    const second = state.pendingSenders(surveyId, domainId, first[1]?.senderId ?? 0, 2);
    expect([...first, ...second].map(({ address }) => address).toSorted()).toEqual([
      '1@b.example',
      '2@b.example',
      '3@b.example',
    ]);
    expect(second).toHaveLength(1);
  });

  test('can be recorded while the domains are being listed, and more domains than one page holds', () => {
    const surveyId = begin(Array.from({ length: 2500 }, (_, index) => `a@d${index}.example`));
    let domains = 0;
    for (const { domainId } of state.pendingDomains(surveyId)) {
      domains += 1;
      expect(state.recordDomain(surveyId, domainId, evidenceOf({ event: 'no-such-domain', stage: 'dns' }))).toBe(1);
    }
    expect(domains).toBe(2500);
    expect(state.countSenders(surveyId)).toEqual({ senders: 2500, pending: 0 });
  });

  test('of one domain get the same evidence at once', () => {
    const surveyId = begin([...Array.from({ length: 1200 }, (_, index) => `${index}@big.example`), 'a@small.example']);
    const [big] = state.pendingDomains(surveyId);
    expect(state.recordDomain(surveyId, big?.domainId ?? 0, evidenceOf())).toBe(1200);
    expect(Object.keys(pendingIds(surveyId))).toEqual(['a@small.example']);
  });
});

describe('recorded evidence', () => {
  test('whether a domain takes an address that cannot exist is kept for all that it accepted, and does not know yet', () => {
    const addresses = ['yes@a.example', 'no@a.example', 'later@a.example', 'known@a.example', 'yes@b.example'];
    const surveyId = begin(addresses);
    const ids = pendingIds(surveyId);
    const accepted = evidenceOf({ replyCode: 250 });
    state.record(surveyId, null, [
      { senderId: ids['yes@a.example']!, evidence: accepted },
      { senderId: ids['no@a.example']!, evidence: evidenceOf() },
      { senderId: ids['known@a.example']!, evidence: { ...accepted, catchAll: false } },
      { senderId: ids['yes@b.example']!, evidence: accepted },
    ]);
    state.recordCatchAll(surveyId, 'a.example', true);
    state.record(surveyId, null, [{ senderId: ids['later@a.example']!, evidence: accepted }]);
    expect([...state.rows(surveyId)].map(({ evidence }) => evidence?.catchAll)).toEqual([
      true,
      null,
      null,
      false,
      null,
    ]);
  });

  test('comes back with its server, and the newest is what counts', () => {
    const surveyId = begin(['a@a.example']);
    const { 'a@a.example': senderId = 0 } = pendingIds(surveyId);
    const session = {
      server: { host: 'mx.a.example', address: '192.0.2.9', site: 'a.example' },
      startedAt: noon,
      durationMs: 12.4,
      tls: true,
    };
    const later = evidenceOf({ replyCode: 250, catchAll: false, checkedAt: noon + 1, durationMs: 7, mxHost: null });
    state.record(surveyId, session, [{ senderId, evidence: evidenceOf({ replyCode: 451 }) }]);
    state.record(surveyId, session, [{ senderId, evidence: later }]);
    expect([...state.rows(surveyId)].map(({ evidence }) => evidence)).toEqual([later]);
  });

  test('of a sender that is not in the survey is a bug, and nothing of it is kept', () => {
    begin(['b@b.example']);
    const surveyId = begin(['a@a.example'], { command: 'another' });
    const { 'a@a.example': senderId = 0 } = pendingIds(surveyId);
    const results = [senderId, 1].map((id) => ({ senderId: id, evidence: evidenceOf() }));
    expect(() => state.record(surveyId, null, results)).toThrow('sender 1 is not in survey 2');
    expect(addressesWithEvidence(surveyId)).toEqual([]);
  });

  test('gives the times and sessions of each site', () => {
    const surveyId = begin(Array.from({ length: 20 }, (_, index) => `${index}@a.example`));
    const server = { host: 'mx.example', address: '192.0.2.1', site: 'example' };
    Object.values(pendingIds(surveyId)).forEach((senderId, index) => {
      const evidence = evidenceOf({ durationMs: (index + 1) * 100 });
      state.record(surveyId, { server, startedAt: noon, durationMs: 1, tls: false }, [{ senderId, evidence }]);
    });
    expect(state.siteTimes(surveyId)).toEqual([{ site: 'example', sessions: 20, p50Ms: 1000, p95Ms: 1900 }]);
  });
});

describe('the end', () => {
  test('is complete when nothing is pending', () => {
    const surveyId = begin(['a@a.example', 'b@a.example']);
    state.finishSurvey(surveyId, noon + 5);
    expect(state.survey(surveyId)).toMatchObject({ finishedAt: noon + 5, complete: false });
    expect(state.unfinishedSurvey()?.id).toBe(surveyId);
    recordAll(surveyId, evidenceOf());
    state.finishSurvey(surveyId, noon + 9);
    expect(state.survey(surveyId)).toMatchObject({ finishedAt: noon + 9, complete: true });
    expect(state.unfinishedSurvey()).toBeNull();
  });
});

describe('reuse', () => {
  const week = 7 * day;
  const young = evidenceOf({ checkedAt: noon + 1 });

  test.for<[string, Evidence, number, number, boolean]>([
    ['evidence younger than the greatest age', young, week, 0, true],
    ['evidence of an unreachable server', { ...young, event: 'connection-timeout', replyCode: null }, week, 0, true],
    ['not what is too old', young, week, week + 1, false],
    ['nothing when the greatest age is 0', young, 0, 2, false],
    ['not what the options of a run decided', evidenceOf({ event: 'forbidden-network' }), week, 0, false],
    [
      'not that the domain has no address of the IP version asked for',
      evidenceOf({ event: 'network-unreachable', stage: 'dns' }),
      week,
      0,
      false,
    ],
    [
      'that a network could not be reached',
      evidenceOf({ event: 'network-unreachable', stage: 'connect' }),
      week,
      0,
      true,
    ],
    ['not that the sender had opted out', evidenceOf({ event: 'opted-out' }), week, 0, false],
  ])('takes %s', ([, evidence, maxAgeMs, later, reused]) => {
    finished('a@a.example', evidence);
    const surveyId = begin(
      ['new@a.example', 'a@a.example'],
      { startedAt: noon + 1 + later, command: 'another' },
      maxAgeMs,
    );
    expect(addressesWithEvidence(surveyId)).toEqual(reused ? ['a@a.example'] : []);
  });

  test('takes the newest', () => {
    finished('a@a.example', evidenceOf({ checkedAt: noon + 20 }));
    const again = begin(['a@a.example'], { startedAt: noon + 30 }, 0);
    recordAll(again, evidenceOf({ checkedAt: noon + 40, replyCode: 250 }));
    const third = begin(['a@a.example'], { startedAt: noon + 50, command: 'another' });
    expect([...state.rows(third)][0]?.evidence).toMatchObject({ replyCode: 250 });
  });

  test('the same command goes on where it was interrupted, time and again, whatever the greatest age', () => {
    const addresses = ['a@a.example', 'b@b.example', 'c@c.example'];
    const surveys = addresses.map((address, index) => {
      const surveyId = begin(addresses, { startedAt: noon + index * day }, 0);
      const { [address]: senderId = 0 } = pendingIds(surveyId);
      state.record(surveyId, null, [{ senderId, evidence: evidenceOf({ checkedAt: noon + index * day }) }]);
      if (index === 1) state.finishSurvey(surveyId, noon + index * day);
      return surveyId;
    });
    const [first = 0, second = 0, third = 0] = surveys;
    expect(addressesWithEvidence(first)).toEqual(addresses.slice(0, 1));
    expect(addressesWithEvidence(third)).toEqual(addresses);
    expect(state.survey(first)?.supersededBy).toBe(second);
    expect(state.survey(second)?.supersededBy).toBe(third);
    state.finishSurvey(third, noon + 3 * day);
    expect(state.unfinishedSurvey()).toBeNull();
    const fresh = begin(addresses, { startedAt: noon + 4 * day }, 0);
    expect(addressesWithEvidence(fresh)).toEqual([]);
  });

  test('another command does not go on for it', () => {
    const first = begin(['a@a.example', 'b@b.example']);
    const { 'a@a.example': senderId = 0 } = pendingIds(first);
    state.record(first, null, [{ senderId, evidence: young }]);
    const other = begin(['a@a.example'], { startedAt: noon + day, command: 'another' }, 0);
    expect(addressesWithEvidence(other)).toEqual([]);
    expect(state.survey(first)?.supersededBy).toBeNull();
    recordAll(other, young);
    state.finishSurvey(other, noon + day);
    expect(state.unfinishedSurvey()?.id).toBe(first);
  });
});

test('a state in memory does all this without a file', () => {
  const memory = openState('none', 'write');
  const survey = memory.beginSurvey(planOf(), 0, [senderOf('a@a.example')]);
  memory.record(survey.id, null, [{ senderId: 1, evidence: evidenceOf() }]);
  memory.finishSurvey(survey.id, noon);
  expect(memory.survey('latest')?.complete).toBe(true);
  memory.close();
});

test('what is written refers to what is there, though SQLite is not told to check it', () => {
  const surveyId = begin(['a@a.example', 'b@b.example']);
  const server = { host: 'mx.example', address: '192.0.2.1', site: 'example' };
  const results = Object.values(pendingIds(surveyId)).map((senderId) => ({ senderId, evidence: evidenceOf() }));
  state.record(surveyId, { server, startedAt: noon, durationMs: 5, tls: false }, results);
  begin(['a@a.example', 'c@c.example']);
  const reader = openFile(path, 'read');
  expect(reader.pragma('foreign_key_check')).toEqual([]);
  reader.close();
});

test('the view for people shows the verdicts that the rules give', () => {
  const replies = [199, 200, 250, 299, 300, 354, 399, 400, 451, 499, 500, 550, 599].flatMap((replyCode) =>
    stages.map((stage) => evidenceOf({ replyCode, stage })),
  );
  const others = events.filter((event) => event !== 'reply').map((event) => evidenceOf({ event, replyCode: null }));
  const all = [...replies, ...others];
  const surveyId = begin(all.map((_, index) => `${index}@a.example`));
  const ids = pendingIds(surveyId);
  all.forEach((evidence, index) => {
    state.record(surveyId, null, [{ senderId: ids[`${index}@a.example`] ?? 0, evidence }]);
  });
  state.commit();
  const reader = openFile(path, 'read');
  const verdicts = reader.prepare('SELECT verdict FROM result ORDER BY ordinal').pluck().all();
  const [row] = reader.prepare('SELECT * FROM result ORDER BY ordinal').all();
  reader.close();
  expect(verdicts).toEqual(all.map((evidence) => judge(evidence, 'a@a.example').verdict));
  expect(row).toMatchObject({ domain: 'a.example', first_seen: '2026-11-15T12:00:00.000Z', mx_host: 'mx.example' });
});
