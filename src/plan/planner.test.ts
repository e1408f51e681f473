import { describe, expect, test } from 'vitest';
import { rateWindowMs } from './gate.js';
import { Planner, type Batch, type BatchReport } from './planner.js';
import {
  answered,
  dead,
  domainsOf,
  evidence,
  mailbox,
  plannerWith,
  refused,
  server,
  takeAll,
  takeNow,
  wide,
} from './planner.test-support.js';

describe('batches', () => {
  test('small domains that share their servers share a session, whatever the order of the servers', () => {
    const planner = plannerWith({ sessionRecipients: 4 });
    planner.add(1, 1, [server('a'), server('b')]);
    planner.add(2, 2, [server('b'), server('a')]);
    planner.add(3, 3, [server('a'), server('b')]);
    const batches = takeAll(planner);
    expect(batches.map(domainsOf)).toEqual([
      ['d1', 'd2', 'd2', 'd3'],
      ['d3', 'd3'],
    ]);
  });

  test('domains with other servers do not', () => {
    const planner = plannerWith({ sessionRecipients: 4 });
    planner.add(1, 1, [server('a')]);
    planner.add(2, 1, [server('a'), server('b')]);
    planner.add(3, 1, [server('a', 'two.example')]);
    expect(takeAll(planner).map((batch) => domainsOf(batch).join(' '))).toEqual(
      expect.arrayContaining(['d1', 'd2', 'd3']),
    );
  });

  test('a batch goes to the server that its first domain prefers', () => {
    const planner = plannerWith({ sessionRecipients: 2 });
    planner.add(1, 2, [server('a'), server('b')]);
    planner.add(2, 2, [server('b'), server('a')]);
    expect(takeAll(planner).map((batch) => batch.server.address)).toEqual(['a', 'b']);
  });

  test('a domain added later joins those that wait', () => {
    const planner = plannerWith({ sessionRecipients: 2, siteSessions: 1 });
    planner.add(1, 3, [server('a')]);
    const first = takeNow(planner);
    planner.add(2, 1, [server('a')]);
    planner.settle(first, answered(first), 0);
    expect(domainsOf(takeNow(planner))).toEqual(['d1', 'd2']);
  });

  test('a domain may turn out to have fewer senders than announced, or none', () => {
    const left = new Map([[1, 1], [2, 0], [3, 2]]); // prettier-ignore
    const planner = new Planner({ ...wide, sessionRecipients: 9 }, (domainId, count) => {
      const given = Math.min(count, left.get(domainId) ?? 0);
      left.set(domainId, (left.get(domainId) ?? 0) - given);
      return Array.from({ length: given }, () => ({ senderId: domainId, mailbox: mailbox(`d${domainId}.example`) }));
    });
    planner.add(1, 5, [server('a')]);
    planner.add(2, 5, [server('b')]);
    planner.add(3, 2, [server('a')]);
    const batches = takeAll(planner);
    expect(batches.map(domainsOf)).toEqual([['d1', 'd3', 'd3']]);
    expect(planner.outlook()).toEqual({ waiting: 0, inFlight: 3, sessions: 1 });
  });
});

describe('order', () => {
  test('the biggest queue comes first, equal ones in the order in which they came', () => {
    const planner = plannerWith({ siteSessions: 1 });
    for (const [id, senders] of [3, 9, 1, 9, 5].entries())
      planner.add(id, senders, [server(`a${id}`, `s${id}.example`)]);
    expect(takeAll(planner).map((batch) => batch.server.site[1])).toEqual(['1', '3', '4', '0', '2']);
  });

  test('sites of the same size come in the order in which they were added', () => {
    const planner = plannerWith({});
    const ids = Array.from({ length: 20 }, (_, id) => id);
    for (const id of ids) planner.add(id, 1, [server(`a${id}`, `s${id}.example`)]);
    expect(takeAll(planner).map((batch) => batch.server.site)).toEqual(ids.map((id) => `s${id}.example`));
  });

  test('a site that had a session goes behind those that are now as big', () => {
    const planner = plannerWith({});
    planner.add(1, 3, [server('a', 'one.example')]);
    planner.add(2, 2, [server('b', 'two.example')]);
    expect(takeAll(planner).map((batch) => batch.server.address)).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  test('a site is as big as all its domains, those added later too', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 4, [server('x', 'two.example')]);
    planner.add(2, 3, [server('a')]);
    planner.add(3, 3, [server('b')]);
    expect(planner.busiest(0)).toMatchObject({ site: 'one.example', waiting: 6, slowed: false });
    expect(takeNow(planner).server.site).toBe('one.example');
  });

  test('the lanes of a site take turns', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 2, [server('a')]);
    planner.add(2, 2, [server('b')]);
    const order = Array.from({ length: 4 }, () => {
      const batch = takeNow(planner);
      planner.settle(batch, answered(batch), 0);
      return batch.server.address;
    });
    expect(order).toEqual(['a', 'b', 'a', 'b']);
  });
});

describe('courtesy', () => {
  test('no more sessions to a site than allowed, whatever its servers', () => {
    const planner = plannerWith({ siteSessions: 2 });
    for (const name of ['a', 'b', 'c']) planner.add(1, 2, [server(name)]);
    const [first, ...others] = takeAll(planner);
    expect(others).toHaveLength(1);
    expect(planner.nextStart(0)).toBeNull();
    planner.settle(first!, answered(first!), 5);
    expect(takeAll(planner, 5)).toHaveLength(1);
  });

  test('no more new sessions to a site in 60 seconds than allowed', () => {
    const planner = plannerWith({ siteRate: 2 });
    planner.add(1, 5, [server('a')]);
    expect(takeAll(planner, 1000)).toHaveLength(2);
    expect(planner.nextStart(1000)).toBe(1000 + rateWindowMs);
    expect(takeAll(planner, 60_999)).toEqual([]);
    expect(takeAll(planner, 1000 + rateWindowMs)).toHaveLength(2);
  });

  test('an address that many sites share is one server to all of them', () => {
    const planner = plannerWith({ siteSessions: 2, siteRate: 3 });
    for (let id = 0; id < 9; id++) planner.add(id, 1, [server('shared', `s${id}.example`)]);
    const batches = takeAll(planner, 0);
    expect(batches).toHaveLength(2);
    expect(planner.nextStart(0)).toBeNull();
    for (const batch of batches) planner.settle(batch, answered(batch), 10);
    expect(takeAll(planner, 10)).toHaveLength(1);
    expect(planner.nextStart(10)).toBe(rateWindowMs);
    expect(takeAll(planner, rateWindowMs)).toHaveLength(1);
  });

  test('a site goes on at its other servers while one is busy with others', () => {
    const planner = plannerWith({ siteSessions: 2 });
    planner.add(1, 8, [server('shared', 'two.example')]);
    planner.add(2, 3, [server('shared')]);
    planner.add(3, 1, [server('own')]);
    expect(takeAll(planner).map((batch) => `${batch.server.site} ${batch.server.address}`)).toEqual([
      'two.example shared',
      'two.example shared',
      'one.example own',
    ]);
  });

  test('a wait for the site and the server ends with the longer of the two', () => {
    const planner = plannerWith({ siteRate: 1 });
    planner.add(1, 1, [server('shared', 'two.example')]);
    planner.add(2, 2, [server('a')]);
    expect(takeNow(planner, 0).server.address).toBe('a');
    expect(takeNow(planner, 7000).server.address).toBe('shared');
    planner.add(3, 1, [server('shared')]);
    expect(planner.nextStart(7000)).toBe(rateWindowMs);
    expect(takeNow(planner, rateWindowMs).server.address).toBe('a');
    expect(planner.nextStart(rateWindowMs)).toBe(2 * rateWindowMs);
  });
});

describe('failover', () => {
  const three = [server('a'), server('b', 'two.example'), server('c')];

  test('a server that took no part is followed by the next, with what was tried and spent', () => {
    const planner = plannerWith({});
    planner.add(1, 1, three);
    const first = takeNow(planner);
    expect(first).toMatchObject({ server: three[0], attempts: 0, spentMs: 0 });
    expect(planner.settle(first, dead(first), 10)).toMatchObject({ decided: [], dismissed: [] });
    expect(takeNow(planner, 10)).toMatchObject({
      server: three[1],
      recipients: first.recipients,
      attempts: 1,
      spentMs: 10,
    });
  });

  test('where none is left the best evidence is recorded: a server reached before one not reached, then the first', () => {
    const planner = plannerWith({});
    planner.add(1, 1, three);
    const ways = [dead, refused, dead];
    const settled = ways.map((way) => {
      const batch = takeNow(planner);
      return planner.settle(batch, way(batch), 0).decided;
    });
    expect(settled.slice(0, 2)).toEqual([[], []]);
    expect(settled[2]).toMatchObject([
      { evidence: { stage: 'greeting', mxAddress: 'b', attempts: 3, durationMs: 30 } },
    ]);
    expect(planner.isDone()).toBe(true);
  });

  test.for([
    ['5 addresses', dead, 5],
    ['2 sessions', refused, 2],
  ] as const)('at most %s are tried', ([, way, most]) => {
    const planner = plannerWith({});
    planner.add(
      1,
      1,
      ['a', 'a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => server(name)),
    );
    const addresses: string[] = [];
    const exhausted = [];
    for (let batch = planner.take(0); batch !== null; batch = planner.take(0)) {
      addresses.push(batch.server.address);
      exhausted.push(...planner.settle(batch, way(batch), 0).decided);
    }
    expect(exhausted).toMatchObject([{ evidence: { mxAddress: 'a', attempts: most } }]);
    expect(addresses).toEqual(['a', 'b', 'c', 'd', 'e'].slice(0, most));
    expect(planner.isDone()).toBe(true);
  });

  test('it queues at the site it now goes to, ahead of fresh work there', () => {
    const planner = plannerWith({ siteSessions: 1 });
    planner.add(1, 1, three);
    planner.add(2, 5, [server('x', 'two.example')]);
    const busy = takeNow(planner);
    const first = takeNow(planner);
    expect([busy.server.address, first.server.address]).toEqual(['x', 'a']);
    planner.settle(first, dead(first), 10);
    expect(planner.take(10)).toBeNull();
    planner.settle(busy, answered(busy), 20);
    expect(takeNow(planner, 20).server.address).toBe('b');
  });
});

test('there is room for more until enough waits', () => {
  const planner = plannerWith({});
  for (let id = 1; planner.hasRoom(); id++) planner.add(id, 1, [server('a', `s${id}.example`)]);
  expect(planner.outlook().waiting).toBe(5000);
  takeNow(planner);
  expect(planner.hasRoom()).toBe(true);
});

describe('senders not asked', () => {
  test('go to the front of their lane and fill up a session with fresh ones, from the first server on', () => {
    const planner = plannerWith({ sessionRecipients: 3, siteSessions: 1 });
    planner.add(1, 5, [server('a'), server('b')]);
    const first = takeNow(planner);
    planner.settle(first, dead(first), 0);
    const second = takeNow(planner);
    planner.settle(second, answered(second, 1), 0);
    expect(planner.nextStart(0)).toBe(30_000);
    const third = takeNow(planner, 30_000);
    expect(third).toMatchObject({ server: { address: 'a' }, attempts: 0, spentMs: 0 });
    expect(third.recipients.map(({ senderId }) => senderId)).toEqual([2, 3, 4]);
  });

  test('are asked again though their lane was empty meanwhile', () => {
    const planner = plannerWith({ sessionRecipients: 3 });
    planner.add(1, 3, [server('a')]);
    const first = takeNow(planner);
    expect(planner.take(0)).toBeNull();
    planner.settle(first, answered(first, 1), 0);
    expect(planner.outlook()).toEqual({ waiting: 2, inFlight: 0, sessions: 0 });
    expect(takeNow(planner).recipients).toEqual(first.recipients.slice(1));
  });

  test('are asked at the same server once more where it is to be asked in another way', () => {
    const planner = plannerWith({ sessionRecipients: 3 });
    planner.add(1, 3, [server('a'), server('b')]);
    const first = takeNow(planner);
    planner.settle(first, { ...answered(first, 0), again: true }, 0);
    expect(takeNow(planner)).toEqual(first);
  });
});

describe('bugs of the caller', () => {
  test.for([
    ['a recipient left out', (batch) => ({ ...answered(batch, 1), unasked: [] })],
    ['a recipient told of twice', (batch) => ({ ...answered(batch), unasked: batch.recipients.slice(0, 1) })],
    [
      'results and a reason to move on',
      (batch) => ({ ...answered(batch), moveOn: evidence(batch, 'reply', 'greeting') }),
    ],
  ] as const satisfies readonly (readonly [string, (batch: Batch) => BatchReport])[])('%s', ([, report]) => {
    const planner = plannerWith({ sessionRecipients: 2 });
    planner.add(1, 2, [server('a')]);
    const batch = takeNow(planner);
    expect(() => planner.settle(batch, report(batch), 0)).toThrow('a report');
  });

  test('a batch settled twice', () => {
    const planner = plannerWith({});
    planner.add(1, 1, [server('a')]);
    const batch = takeNow(planner);
    planner.settle(batch, answered(batch), 0);
    expect(() => planner.settle(batch, answered(batch), 0)).toThrow('not in flight');
  });

  test('going on after a session that came to nothing, which would never end', () => {
    const planner = plannerWith({});
    planner.add(1, 1, [server('a')]);
    const batch = takeNow(planner);
    planner.settle(batch, answered(batch, 0), 0);
    expect(planner.outlook().waiting).toBe(1);
    expect(() => planner.take(0)).toThrow('before it asked anybody');
  });

  test('more senders than asked for', () => {
    const one = { senderId: 1, mailbox: mailbox('d1.example') };
    const planner = new Planner(wide, () => [one, { ...one, senderId: 2 }]);
    planner.add(1, 2, [server('a')]);
    expect(() => planner.take(0)).toThrow('more senders');
  });

  test('a domain without servers', () => {
    expect(() => plannerWith({}).add(1, 1, [])).toThrow('no servers');
  });
});
