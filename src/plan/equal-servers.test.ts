import { describe, expect, test } from 'vitest';
import { answered, dead, domainsOf, equals, plannerWith, server, takeAll, takeNow } from './planner.test-support.js';

describe('equal servers', () => {
  test('share the sessions of one domain', () => {
    const planner = plannerWith({ siteSessions: 5 });
    planner.add(1, 9, [...equals('a', 'b', 'c'), server('z')]);
    const batches = takeAll(planner);
    expect(batches.map((batch) => batch.server.address)).toEqual(['a', 'b', 'c', 'a', 'b']);
    for (const batch of batches.slice(1, 3)) planner.settle(batch, answered(batch), 5);
    expect(takeAll(planner, 5).map((batch) => batch.server.address)).toEqual(['c', 'b']);
  });

  test('a slow one of them holds up nobody but those it is asked about', () => {
    const planner = plannerWith({ siteSessions: 2 });
    planner.add(1, 9, equals('slow', 'quick'));
    const [slow, ...others] = takeAll(planner);
    expect([slow, ...others].map((batch) => batch?.server.address)).toEqual(['slow', 'quick']);
    for (let [batch] = others, now = 1; batch; [batch] = takeAll(planner, now), now += 1) {
      expect(batch.server.address).toBe('quick');
      planner.settle(batch, answered(batch), now);
    }
    expect(planner.outlook()).toEqual({ waiting: 0, inFlight: 1, sessions: 1 });
  });

  test('one that seems dead is not waited for, and looked at again', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 5, equals('a', 'b'));
    const first = takeNow(planner);
    planner.settle(first, dead(first), 0);
    for (const at of [0, 10, 30_000]) {
      const batch = takeNow(planner, at);
      planner.settle(batch, batch.server.address === 'b' ? answered(batch) : dead(batch), at);
    }
    const next = takeNow(planner, 30_000);
    expect([first, next].map((batch) => batch.server.address)).toEqual(['a', 'b']);
    expect(next).toMatchObject({ attempts: 1 });
    planner.settle(next, answered(next), 30_000);
    expect(takeNow(planner, 30_000).server.address).toBe('b');
  });

  test('after one that took no part comes another, then those less preferred', () => {
    const planner = plannerWith({});
    planner.add(1, 2, [...equals('a', 'b'), server('z')]);
    const [, second] = takeAll(planner);
    const tried = [second!.server.address];
    planner.settle(second!, dead(second!), 0);
    for (let batch = planner.take(0); batch; batch = planner.take(0)) {
      tried.push(batch.server.address);
      planner.settle(batch, dead(batch), 0);
    }
    expect(tried).toEqual(['b', 'a', 'z']);
  });

  test('may belong to several sites, each with limits of its own', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 3, [server('a', 'one.example', 0), server('b', 'two.example', 0)]);
    expect(takeAll(planner).map((batch) => batch.server.site)).toEqual(['one.example', 'two.example']);
    expect(planner.outlook().waiting).toBe(1);
  });

  test('domains that are asked at different sites first do not share sessions', () => {
    const planner = plannerWith({ sessionRecipients: 9 });
    planner.add(1, 1, [server('a', 'one.example', 0), server('b', 'two.example', 1)]);
    planner.add(2, 1, [server('b', 'two.example', 0), server('a', 'one.example', 1)]);
    expect(takeAll(planner).map(domainsOf)).toEqual([['d1'], ['d2']]);
  });
});
