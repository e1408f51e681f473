import { describe, expect, test } from 'vitest';
import type { Event, Stage } from '../verdict/evidence.js';
import {
  answered,
  dead,
  domainsOf,
  equals,
  evidence,
  plannerWith,
  server,
  takeAll,
  takeNow,
} from './planner.test-support.js';
import type { Batch, BatchReport, Planner } from './planner.js';

const session = { startedAt: 0, durationMs: 45_000, tls: false };

/** A server that took the connection, and then no part. */
function mute(batch: Batch, event: Event = 'timeout', stage: Stage = 'greeting'): BatchReport {
  const moveOn = evidence(batch, event, stage, 45_000);
  return { results: [], unasked: batch.recipients, moveOn, session };
}

/** A server that had no answer about the first recipient. */
function silent(batch: Batch, event: Event = 'timeout', tookMs = 45_000): BatchReport {
  const [recipient, ...unasked] = batch.recipients;
  const results = [{ recipient: recipient!, evidence: evidence(batch, event, 'rcpt', tookMs) }];
  return { results, unasked, moveOn: null, session };
}

/** Lets the next session come to this; gives its domains, and what became of others. */
function next(planner: Planner, now: number, way: (batch: Batch) => BatchReport) {
  const batch = takeNow(planner, now);
  return { asked: domainsOf(batch), server: batch.server.address, ...planner.settle(batch, way(batch), now) };
}

describe('a server that takes connections and does not say anything', () => {
  test.for<[Event, Stage]>([
    ['timeout', 'greeting'],
    ['hang-up', 'ehlo'],
    ['not-smtp', 'greeting'],
    ['tls-failed', 'starttls'],
  ])('is looked at again after half a minute, and then left alone: %s at %s', ([event, stage]) => {
    const planner = plannerWith({});
    planner.add(1, 9, [server('a')]);
    expect(next(planner, 0, (batch) => mute(batch, event, stage))).toMatchObject({ decided: [{}], dismissed: [] });
    expect(planner.nextStart(0)).toBe(30_000);
    const { dismissed } = next(planner, 30_000, (batch) => mute(batch, event, stage));
    expect(dismissed).toMatchObject([
      { domainId: 1, senders: 7, evidence: { event, stage, attempts: 0, durationMs: 0 } },
    ]);
    expect(dismissed[0]?.evidence.replyText).toMatch(/^not asked again: found without an answer at 1970-01-01T/);
  });

  test('and answers the second time is as good as any', () => {
    const planner = plannerWith({});
    planner.add(1, 4, [server('a')]);
    next(planner, 0, mute);
    next(planner, 30_000, answered);
    expect(takeAll(planner, 30_000)).toHaveLength(2);
  });
});

test('what was waited for an answer counts in the time until the second look', () => {
  const planner = plannerWith({ siteSessions: 2 });
  planner.add(1, 2, [server('greets nobody')]);
  planner.add(2, 9, [server('b', 'two.example')]);
  const batches = takeAll(planner, 0);
  expect(batches.map((batch) => batch.server.address)).toEqual(['b', 'b', 'greets nobody', 'greets nobody']);
  for (const batch of batches.slice(0, 2)) {
    expect(planner.settle(batch, silent(batch), 45_000).dismissed).toEqual([]);
  }
  expect(next(planner, 45_000, silent).dismissed).toMatchObject([{ domainId: 2, senders: 6 }]);
  planner.add(1, 5, [server('greets nobody')]);
  for (const batch of batches.slice(2)) planner.settle(batch, mute(batch), 45_000);
  expect(next(planner, 45_000, mute).dismissed).toMatchObject([{ domainId: 1, senders: 4 }]);
});

describe('a server that has no answer about an address', () => {
  test('is asked about others as ever', () => {
    const planner = plannerWith({});
    planner.add(1, 4, [server('a')]);
    next(planner, 0, silent);
    expect(next(planner, 0, answered).dismissed).toEqual([]);
    expect(next(planner, 40_000, silent).dismissed).toEqual([]);
    expect(planner.outlook().waiting).toBe(1);
  });

  test.for<[Event]>([['timeout'], ['hang-up']])(
    'nor about another one of its domain: is not asked about that domain: %s',
    ([event]) => {
      const planner = plannerWith({ siteSessions: 1 });
      planner.add(1, 9, [server('a')]);
      planner.add(2, 2, [server('a')]);
      expect(next(planner, 0, (batch) => silent(batch, event)).dismissed).toEqual([]);
      expect(next(planner, 29_999, (batch) => silent(batch, event)).dismissed).toEqual([]);
      expect(next(planner, 30_000, (batch) => silent(batch, event)).dismissed).toMatchObject([
        { domainId: 1, senders: 6, evidence: { event, stage: 'rcpt', attempts: 0 } },
      ]);
      expect(next(planner, 30_000, answered).asked).toEqual(['d2']);
    },
  );

  test('the same, for those taken and given back', () => {
    const planner = plannerWith({ siteSessions: 1, sessionRecipients: 4 });
    planner.add(1, 4, [server('a')]);
    planner.add(2, 1, [server('a')]);
    next(planner, 0, silent);
    const { decided, dismissed } = next(planner, 30_000, silent);
    expect(decided.map(({ evidence: { attempts } }) => attempts)).toEqual([1, 0, 0]);
    expect(dismissed).toEqual([]);
    expect(next(planner, 30_000, answered).asked).toEqual(['d2']);
    expect(planner.isDone()).toBe(true);
  });

  test('nor about one of another domain: is left alone', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 1, [server('a')]);
    planner.add(2, 1, [server('a')]);
    planner.add(3, 5, [server('a')]);
    next(planner, 0, silent);
    const { asked, dismissed } = next(planner, 30_000, silent);
    expect([asked, dismissed.map(({ domainId, senders }) => [domainId, senders])]).toEqual([['d2'], [[3, 5]]]);
    expect(planner.add(4, 1, [server('a')])).toHaveLength(1);
  });

  test('but did about another domain in between: is not left alone', () => {
    const planner = plannerWith({ siteSessions: 1 });
    for (const id of [1, 2, 3, 4]) planner.add(id, 1, [server('a')]);
    for (const way of [silent, answered, silent]) expect(next(planner, 60_000, way).dismissed).toEqual([]);
    expect(next(planner, 60_000, answered).asked).toEqual(['d4']);
  });

  test('is replaced by the domain’s other servers', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 8, equals('a', 'b'));
    const servers = [0, 0, 30_000, 30_000, 30_000].map((at) =>
      next(planner, at, (batch) => (batch.server.address === 'a' ? silent(batch) : answered(batch))),
    );
    expect(servers.map(({ server: name }) => name)).toEqual(['a', 'b', 'a', 'b', 'b']);
  });

  test('goes before one that nobody reaches, in what people are told', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 4, [server('a'), server('b')]);
    next(planner, 0, silent);
    next(planner, 30_000, silent);
    expect(next(planner, 30_000, dead).decided).toMatchObject([
      { evidence: { stage: 'rcpt', mxAddress: 'a', attempts: 1 } },
    ]);
  });

  test('proves nothing where what was tried before left it little time', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 9, [server('dead'), server('a')]);
    for (const at of [0, 30_000]) {
      next(planner, at, (batch) => ({ ...dead(batch), moveOn: evidence(batch, 'connection-timeout', 'connect', 100) }));
      expect(next(planner, at, (batch) => silent(batch, 'timeout', 99)).dismissed).toEqual([]);
    }
    expect(planner.outlook().waiting).toBe(7);
  });
});
