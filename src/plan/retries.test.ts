import { expect, test } from 'vitest';
import type { Evidence } from '../verdict/evidence.js';
import { Retries } from './retries.js';

function reply(replyCode: number, attempts = 1): Evidence {
  return {
    event: 'reply',
    stage: 'rcpt',
    replyCode,
    enhancedCode: null,
    replyText: null,
    mxHost: 'mx.example',
    mxAddress: '192.0.2.1',
    site: 'one.example',
    catchAll: null,
    checkedAt: 0,
    durationMs: 0,
    attempts,
  };
}

const dead: Evidence = { ...reply(0), event: 'connection-timeout', stage: 'connect', replyCode: null };

test('a sender deferred is asked again after the delay, so many times', () => {
  const retries = new Retries({ retries: 2, retryDelayMs: 60_000 });
  expect(retries.weigh(7, reply(450), 1000)).toEqual({ stands: true, first: true });
  expect([retries.waiting, retries.nextAt]).toEqual([1, 61_000]);
  expect(retries.takeDue(60_999, 10)).toEqual([]);
  expect(retries.takeDue(61_000, 10)).toEqual([7]);
  expect([retries.waiting, retries.nextAt]).toEqual([0, null]);
  expect(retries.weigh(7, reply(451), 61_000)).toEqual({ stands: true, first: false });
  expect(retries.takeDue(121_000, 10)).toEqual([7]);
  expect(retries.weigh(7, reply(450), 121_000)).toEqual({ stands: true, first: false });
  expect(retries.waiting).toBe(0);
});

test('a retry without an answer replaces nothing, and the next one follows', () => {
  const retries = new Retries({ retries: 2, retryDelayMs: 10 });
  retries.weigh(7, reply(450), 0);
  retries.takeDue(10, 1);
  expect(retries.weigh(7, dead, 10)).toEqual({ stands: false, first: false });
  expect(retries.takeDue(20, 1)).toEqual([7]);
  expect(retries.weigh(7, reply(250), 20)).toEqual({ stands: true, first: false });
  expect(retries.waiting).toBe(0);
});

test('a retry at a site that is left alone by then replaces nothing, and is the last', () => {
  const retries = new Retries({ retries: 2, retryDelayMs: 10 });
  retries.weigh(7, reply(450), 0);
  retries.takeDue(10, 1);
  expect(retries.weigh(7, reply(554, 0), 10)).toEqual({ stands: false, first: false });
  expect(retries.waiting).toBe(0);
});

test.for([
  ['an answer', reply(250)],
  ['a rejection', reply(550)],
  ['no connection', dead],
  ['a deferral of the whole site', reply(421, 0)],
] as const)('not asked again: %s', ([, evidence]) => {
  const retries = new Retries({ retries: 1, retryDelayMs: 10 });
  expect(retries.weigh(7, evidence, 0)).toEqual({ stands: true, first: true });
  expect(retries.waiting).toBe(0);
});

test('nobody is asked again by default', () => {
  const retries = new Retries({ retries: 0, retryDelayMs: 10 });
  expect(retries.weigh(7, reply(450), 0)).toEqual({ stands: true, first: true });
  expect([retries.enabled, retries.waiting]).toEqual([false, 0]);
});

test('they come in the order in which they were deferred, no more at once than asked for', () => {
  const retries = new Retries({ retries: 1, retryDelayMs: 1000 });
  for (let id = 1; id <= 6; id++) retries.weigh(id, reply(450), id * 400);
  expect(retries.takeDue(10_000, 2)).toEqual([1, 2]);
  expect(retries.takeDue(10_000, 99)).toEqual([3, 4, 5, 6]);
});

test('none is asked before its delay is over, nor much later', () => {
  const retries = new Retries({ retries: 1, retryDelayMs: 1000 });
  retries.weigh(1, reply(450), 0);
  retries.weigh(2, reply(450), 900);
  expect(retries.takeDue(1000, 9)).toEqual([1]);
  expect(retries.takeDue(1899, 9)).toEqual([]);
  expect(retries.takeDue(2000, 9)).toEqual([2]);
});

test('a sender whose answer does not count after all is due at once, as if for the first time', () => {
  const retries = new Retries({ retries: 1, retryDelayMs: 10 });
  retries.weigh(7, reply(450), 0);
  retries.takeDue(10, 1);
  retries.weigh(7, reply(550), 10);
  retries.recall([7, 8, 9]);
  expect(retries.waiting).toBe(3);
  expect(retries.nextAt).toBeLessThan(0);
  expect([...retries.takeDue(10, 2), ...retries.takeDue(10, 2)].toSorted((a, b) => a - b)).toEqual([7, 8, 9]);
  expect([retries.waiting, retries.nextAt]).toEqual([0, null]);
  expect(retries.weigh(7, dead, 20)).toEqual({ stands: true, first: true });
});
