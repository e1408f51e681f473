import { expect, test } from 'vitest';
import type { Event, Evidence } from '../verdict/evidence.js';
import type { Conduct } from './conduct.js';
import { SafetyWatch } from './safety-stops.js';

function unreached(n: number, event: Event = 'connection-timeout', address = `192.0.2.${n}`): Evidence {
  return evidence({ event, stage: 'connect', mxAddress: address, site: `s${n}.example` });
}

function evidence(known: Partial<Evidence>): Evidence {
  return {
    event: 'reply',
    stage: 'greeting',
    replyCode: null,
    enhancedCode: null,
    replyText: null,
    mxHost: 'mx.example',
    mxAddress: '192.0.2.1',
    site: 'one.example',
    catchAll: null,
    checkedAt: 0,
    durationMs: 0,
    attempts: 1,
    ...known,
  };
}

const times = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const server = (n: number) => ({ host: `mx${n}.example`, address: `192.0.2.${n}`, site: `s${n}.example` });

function refused(replyText: string): Conduct {
  return { kind: 'refused', evidence: evidence({ replyCode: 554, replyText }) };
}

test('no connection to 10 sites at the end, or to 30 at any time', () => {
  const watch = new SafetyWatch();
  for (const n of times(9)) watch.sawUnreachable(unreached(n));
  expect(watch.reason(true)).toBeNull();
  watch.sawUnreachable(unreached(10, 'connection-refused'));
  expect(watch.reason(false)).toBeNull();
  const seen = [['connection-timeout', 9], ['connection-refused', 1]]; // prettier-ignore
  expect(watch.reason(true)).toEqual({ kind: 'no-connections', sites: 10, events: seen });
  for (const n of times(30)) watch.sawUnreachable(unreached(n));
  expect(watch.reason(false)).toMatchObject({ sites: 30 });
});

test('one dead server that many sites share is one', () => {
  const watch = new SafetyWatch();
  for (const n of times(50)) watch.sawUnreachable(unreached(n, 'connection-timeout', '192.0.2.1'));
  expect(watch.reason(true)).toBeNull();
});

test('one connection, whatever comes of it, is enough', () => {
  const watch = new SafetyWatch();
  for (const n of times(50)) watch.sawUnreachable(unreached(n));
  watch.sawConduct(server(1), { kind: 'unclear' });
  expect(watch.reason(true)).toBeNull();
});

test('more than half of 10 sites refuse us at the end, or of 30 at any time', () => {
  const watch = new SafetyWatch();
  for (const n of times(6)) watch.sawConduct(server(n), refused('[198.51.100.7] listed in zen.spamhaus.org'));
  for (const n of [11, 12, 13]) watch.sawConduct(server(n), { kind: 'quiet' });
  expect(watch.reason(true)).toBeNull();
  watch.sawConduct(server(14), { kind: 'throttled', evidence: evidence({ replyCode: 421 }), answered: false });
  expect(watch.reason(false)).toBeNull();
  expect(watch.reason(true)).toEqual({
    kind: 'refused',
    sites: 10,
    refusing: 6,
    blockLists: [['Spamhaus (zen.spamhaus.org)', 6]],
    ownAddresses: ['198.51.100.7'],
  });
  watch.sawConduct(server(15), { kind: 'quiet' });
  watch.sawConduct(server(16), { kind: 'quiet' });
  expect(watch.reason(true)).toBeNull();
});

test('a site counts once, by what it did last; only the last 100 sites count', () => {
  const watch = new SafetyWatch();
  for (const n of times(100)) watch.sawConduct(server(n), { kind: 'quiet' });
  for (let i = 0; i < 99; i++) watch.sawConduct(server(1), refused('No'));
  expect(watch.reason(false)).toBeNull();
  for (const n of times(51)) watch.sawConduct(server(100 + n), refused('No'));
  expect(watch.reason(false)).toMatchObject({ sites: 100, refusing: 52 });
});

test('sites whose refusal does not count after all were not heard', () => {
  const watch = new SafetyWatch();
  for (const n of times(30)) watch.sawConduct(server(n), refused(n > 20 ? 'No' : 'Void'));
  watch.forget(({ replyText }) => replyText === 'Void');
  expect(watch.reason(false)).toBeNull();
  expect(watch.reason(true)).toMatchObject({ sites: 10, refusing: 10 });
});
