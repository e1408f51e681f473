import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Gate, rateWindowMs } from './gate.js';

test('a session more than allowed waits for another to end', () => {
  const gate = new Gate({ siteSessions: 2, siteRate: 0, sitePauseMs: 60_000 });
  gate.begin(0);
  expect(gate.opensAt()).toBe(-Infinity);
  gate.begin(0);
  expect(gate.opensAt()).toBe(Infinity);
  gate.end();
  expect(gate.opensAt()).toBe(-Infinity);
});

test('a connection more than the rate allows waits until the oldest has left the window', () => {
  const gate = new Gate({ siteSessions: 9, siteRate: 2, sitePauseMs: 60_000 });
  gate.begin(1000);
  gate.begin(5000);
  expect(gate.opensAt()).toBe(1000 + rateWindowMs);
  gate.begin(1000 + rateWindowMs);
  expect(gate.opensAt()).toBe(5000 + rateWindowMs);
});

test('it may be forgotten once nothing is open and the window is past', () => {
  const gate = new Gate({ siteSessions: 1, siteRate: 1, sitePauseMs: 60_000 });
  expect(gate.forgettable(0)).toBe(true);
  gate.begin(0);
  expect(gate.forgettable(100_000)).toBe(false);
  gate.end();
  expect(gate.forgettable(59_999)).toBe(false);
  expect(gate.forgettable(rateWindowMs)).toBe(true);
});

test('connections that begin as soon as they may never exceed the rate, and none could begin earlier', () => {
  const scenario = fc.record({
    siteRate: fc.integer({ min: 1, max: 5 }),
    waits: fc.array(fc.integer({ min: 0, max: 40_000 })),
  });
  fc.assert(
    fc.property(scenario, ({ siteRate, waits }) => {
      const gate = new Gate({ siteSessions: 1, siteRate, sitePauseMs: 60_000 });
      const starts: number[] = [];
      let now = 0;
      for (const wait of waits) {
        const wanted = now + wait;
        now = Math.max(wanted, gate.opensAt());
        gate.begin(now);
        gate.end();
        const before = starts.at(-siteRate) ?? -Infinity;
        expect(now).toBe(Math.max(wanted, before + rateWindowMs));
        starts.push(now);
      }
    }),
  );
});

test('the least wait is that of connections that begin as soon as they may', () => {
  const scenario = fc.record({
    siteRate: fc.integer({ min: 1, max: 5 }),
    before: fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 12 }),
    connections: fc.integer({ min: 1, max: 17 }),
  });
  fc.assert(
    fc.property(scenario, ({ siteRate, before, connections }) => {
      const gate = new Gate({ siteSessions: 1, siteRate, sitePauseMs: 60_000 });
      let now = 0;
      const connect = (): void => {
        now = Math.max(now, gate.opensAt());
        gate.begin(now);
        gate.end();
      };
      for (const wait of before) {
        now += wait;
        connect();
      }
      const expected = now + gate.leastWait(connections, now);
      for (let count = 0; count < connections; count += 1) connect();
      expect(now).toBe(expected);
    }),
  );
});
