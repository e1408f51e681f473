import { describe, expect, test } from 'vitest';
import {
  answered,
  dead,
  evidence,
  plannerWith,
  refused,
  server,
  takeAll,
  takeNow,
  throttled,
  tooBusy,
} from './planner.test-support.js';

describe('a dead server', () => {
  test('is looked at again after half a minute, by one session, and then left alone', () => {
    const planner = plannerWith({});
    planner.add(1, 5, [server('a')]);
    const [first, second] = [takeNow(planner), takeNow(planner)];
    planner.settle(first, dead(first), 10);
    planner.settle(second, dead(second), 500);
    expect(planner.nextStart(500)).toBe(30_010);
    const look = takeNow(planner, 30_010);
    expect(planner.take(30_010)).toBeNull();
    const { decided, dismissed } = planner.settle(look, dead(look), 30_020);
    expect(decided).toHaveLength(1);
    expect(dismissed).toMatchObject([
      { domainId: 1, senders: 2, evidence: { event: 'connection-refused', attempts: 0, durationMs: 0 } },
    ]);
    expect(dismissed[0]?.evidence.replyText).toMatch(/^not tried again: found dead at 1970-01-01T/);
    expect(planner.isDone()).toBe(true);
    expect(planner.add(2, 3, [server('a')])).toMatchObject([{ domainId: 2, senders: 3 }]);
  });

  test('that answers the second look is as good as any', () => {
    const planner = plannerWith({});
    planner.add(1, 4, [server('a')]);
    const first = takeNow(planner);
    planner.settle(first, dead(first), 0);
    const look = takeNow(planner, 30_000);
    planner.settle(look, answered(look), 30_010);
    expect(takeAll(planner, 30_010)).toHaveLength(2);
  });

  test('is passed over for the next of the route, also by those that waited for it', () => {
    const planner = plannerWith({ sessionRecipients: 2 });
    planner.add(1, 6, [server('a'), server('b')]);
    const first = takeNow(planner);
    planner.settle(first, dead(first), 0);
    expect(takeNow(planner).server.address).toBe('b');
    const look = takeNow(planner, 30_000);
    expect(look.server.address).toBe('a');
    planner.settle(look, dead(look), 30_000);
    expect(takeAll(planner, 30_000).map((batch) => batch.server.address)).toEqual(['b', 'b']);
  });

  test('was not looked at where no time was left for the connection', () => {
    const planner = plannerWith({});
    planner.add(1, 2, [server('a')]);
    const batch = takeNow(planner);
    const late = evidence(batch, 'connection-timeout', 'connect', 0);
    planner.settle(batch, { ...dead(batch), moveOn: late }, 0);
    expect(planner.take(0)).not.toBeNull();
  });
});

describe('a site that has enough of us', () => {
  test('is asked by one session after a pause that doubles, and faster again once it is quiet', () => {
    const planner = plannerWith({ throttleRetries: 9 });
    planner.add(1, 9, [server('a')]);
    let now = 0;
    for (const pause of [60_000, 120_000, 240_000]) {
      const batch = takeNow(planner, now);
      expect(planner.settle(batch, throttled(batch), now).decided).toEqual([]);
      expect(planner.nextStart(now)).toBe((now += pause));
    }
    for (const pause of [120_000, 60_000]) {
      const batch = takeNow(planner, now);
      expect(planner.take(now)).toBeNull();
      planner.settle(batch, answered(batch), now);
      expect(planner.nextStart(now)).toBe((now += pause));
    }
    const last = takeNow(planner, now);
    planner.settle(last, answered(last), now);
    expect(takeAll(planner, now)).toHaveLength(6);
  });

  test('is not asked at its next address instead; the next operator is', () => {
    const planner = plannerWith({});
    planner.add(1, 1, [server('a'), server('b')]);
    const first = takeNow(planner);
    planner.settle(first, tooBusy(first), 0);
    expect(planner.nextStart(0)).toBe(60_000);
    expect(takeNow(planner, 60_000).server.address).toBe('a');
    planner.add(2, 1, [server('c', 'two.example'), server('d', 'two.example'), server('e', 'three.example')]);
    const other = takeNow(planner, 60_000);
    planner.settle(other, tooBusy(other), 60_000);
    expect(takeNow(planner, 60_000).server.address).toBe('e');
  });

  test('the deferral stands after so many times, with all attempts counted', () => {
    const planner = plannerWith({ throttleRetries: 1 });
    planner.add(1, 1, [server('a')]);
    const first = takeNow(planner);
    planner.settle(first, throttled(first), 0);
    const second = takeNow(planner, 60_000);
    expect(planner.settle(second, throttled(second), 60_000).decided).toMatchObject([
      { evidence: { replyCode: 450, attempts: 2 } },
    ]);
    expect(planner.isDone()).toBe(true);
  });

  test('a failure afterwards does not replace the deferral', () => {
    const planner = plannerWith({});
    planner.add(1, 1, [server('a')]);
    const first = takeNow(planner);
    planner.settle(first, throttled(first), 0);
    const second = takeNow(planner, 60_000);
    expect(planner.settle(second, dead(second), 60_000).decided).toMatchObject([{ evidence: { replyCode: 450 } }]);
  });

  test('is left alone after five times in vain', () => {
    const planner = plannerWith({ throttleRetries: 99 });
    planner.add(1, 20, [server('a')]);
    const settlements = [0, 60_000, 180_000, 420_000, 900_000].map((at) => {
      const batch = takeNow(planner, at);
      return planner.settle(batch, tooBusy(batch), at);
    });
    expect(settlements.map(({ dismissed }) => dismissed.length)).toEqual([0, 0, 0, 0, 1]);
    expect(settlements[4]?.dismissed).toMatchObject([{ senders: 19, evidence: { replyCode: 421, attempts: 0 } }]);
    expect(settlements[4]?.decided).toMatchObject([{ evidence: { replyCode: 421, attempts: 5 } }]);
  });
});

describe('a site that refuses us', () => {
  test('is left alone the second time, whatever its servers', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 3, [server('a'), server('b')]);
    planner.add(2, 3, [server('c')]);
    const first = takeNow(planner);
    planner.settle(first, refused(first), 0);
    const second = takeNow(planner);
    const { decided, dismissed } = planner.settle(second, refused(second), 0);
    expect(decided).toMatchObject([{ evidence: { replyCode: 554, attempts: 2 } }]);
    expect(dismissed.map(({ domainId, senders }) => [domainId, senders])).toEqual(
      expect.arrayContaining([
        [1, 2],
        [2, 3],
      ]),
    );
    expect(planner.isDone()).toBe(true);
  });

  test('and in between answers is not', () => {
    const planner = plannerWith({ siteSessions: 1, maxSessions: 1 });
    planner.add(1, 5, [server('a')]);
    for (const way of [refused, answered, refused, answered]) {
      const batch = takeNow(planner);
      expect(planner.settle(batch, way(batch), 0).dismissed).toEqual([]);
    }
    expect(planner.outlook().waiting).toBe(1);
  });

  test('an exchanger elsewhere is asked in its place', () => {
    const planner = plannerWith({ siteSessions: 1, maxSessions: 1 });
    planner.add(1, 4, [server('a'), server('b', 'two.example')]);
    for (let i = 0; i < 2; i++) {
      const batch = takeNow(planner);
      planner.settle(batch, refused(batch), 0);
    }
    expect(takeNow(planner).server.address).toBe('b');
  });
});

test('what was learnt can be forgotten', () => {
  const planner = plannerWith({});
  planner.add(1, 1, [server('a')]);
  const first = takeNow(planner);
  planner.settle(first, dead(first), 0);
  planner.add(1, 1, [server('a')]);
  const look = takeNow(planner, 30_000);
  planner.settle(look, dead(look), 30_000);
  expect(planner.add(2, 1, [server('a')])).toHaveLength(1);
  planner.forget();
  expect(planner.add(2, 1, [server('a')])).toEqual([]);
  expect(takeNow(planner, 60_000).server.address).toBe('a');
});

describe('evidence that does not count after all', () => {
  test('leaves nobody alone any more', () => {
    const planner = plannerWith({});
    planner.add(1, 3, [server('a')]);
    const [first, second] = [takeNow(planner), takeNow(planner)];
    planner.settle(first, refused(first), 0);
    expect(planner.settle(second, refused(second), 0).dismissed).toHaveLength(1);
    planner.withdraw(({ stage }) => stage === 'connect');
    expect(planner.add(2, 1, [server('a')])).toHaveLength(1);
    planner.withdraw(({ stage }) => stage === 'greeting');
    expect(planner.add(3, 1, [server('a')])).toEqual([]);
  });

  test('is no first refusal to which a second could be added', () => {
    const planner = plannerWith({});
    planner.add(1, 3, [server('a')]);
    const [first, second] = [takeNow(planner), takeNow(planner)];
    planner.settle(first, refused(first), 0);
    planner.withdraw(() => true);
    expect(planner.settle(second, refused(second), 0).dismissed).toEqual([]);
  });
});
