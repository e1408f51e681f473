import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientNetwork } from './client-network.js';
import { ProbeLimits } from './probe-limits.js';

const minute = 60_000;

test('in no minute more than allowed: in all, for a network, about a domain, at a site', () => {
  const event = fc.record({
    network: fc.constantFrom('a', 'b', 'c'),
    domain: fc.constantFrom('one', 'two', 'three'),
    waitMs: fc.oneof(fc.constant(0), fc.nat(5000), fc.constantFrom(minute - 1, minute)),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const limits = new ProbeLimits({ total: 12, client: 5, site: 4 });
      const admitted: { at: number; network: string; domain: string; site: string | null }[] = [];
      let now = 1000;
      for (const { network, domain, waitMs } of events) {
        now += waitMs;
        if (limits.admit(network, domain, now) !== null) continue;
        const site = domain === 'three' ? 'two' : domain;
        admitted.push({ at: now, network, domain, site: limits.admitAt(site, now) === null ? site : null });
      }
      for (const { at, network, domain, site } of admitted) {
        const minuteBefore = admitted.filter((other) => other.at <= at && other.at > at - minute);
        expect(minuteBefore.length).toBeLessThanOrEqual(12);
        expect(minuteBefore.filter((other) => other.network === network).length).toBeLessThanOrEqual(5);
        expect(minuteBefore.filter((other) => other.domain === domain).length).toBeLessThanOrEqual(4);
        expect(minuteBefore.filter((other) => other.site === (site ?? '')).length).toBeLessThanOrEqual(4);
      }
    }),
  );
});

test('tells which limit it was, and counts nothing then', () => {
  const limits = new ProbeLimits({ total: 3, client: 2, site: 1 });
  expect(limits.admit('a', 'one', 0)).toBeNull();
  expect(limits.admit('a', 'one', 1)).toBe('domain');
  expect(limits.admit('a', 'two', 2)).toBeNull();
  expect(limits.admit('a', 'three', 3)).toBe('client');
  expect(limits.admit('b', 'three', 4)).toBeNull();
  expect(limits.admit('b', 'four', 5)).toBe('total');
  expect(limits.admitAt('site', 6)).toBeNull();
  expect(limits.admitAt('site', 7)).toBe('site');
  expect(limits.admit('b', 'four', minute)).toBeNull();
});

test('0 is no limit', () => {
  const limits = new ProbeLimits({ total: 0, client: 0, site: 0 });
  const refused = Array.from({ length: 1000 }, () => limits.admit('a', 'one', 0) ?? limits.admitAt('site', 0));
  expect(new Set(refused)).toEqual(new Set([null]));
});

test.for([
  ['192.0.2.25', '192.0.2.0/24'],
  ['::ffff:192.0.2.25', '192.0.2.0/24'],
  ['2001:db8:1:2:3::4', '2001:db8:1:2::/64'],
  ['', 'unknown'],
  ['unknown', 'unknown'],
])('the network of %s: %s', ([address, network]) => {
  expect(clientNetwork(address!)).toBe(network);
});
