import { expect, test } from 'vitest';
import { cacheAnswers } from './cache-answers.js';
import type { DnsAnswer, DnsResolver } from './resolver.js';

/** A cache before a resolver whose every answer to A questions is the given one, and the questions that reach it. */
function cacheBefore(answer: DnsAnswer<string>, maxEntries?: number) {
  const asked: string[] = [];
  const clock = { now: 1_000_000 };
  const note = (question: string): void => void asked.push(question);
  const resolver: DnsResolver = {
    mx: async (name) => (note(`MX ${name}`), { kind: 'no-data', ttl: 300 }),
    a: async (name) => (note(`A ${name}`), answer),
    aaaa: async (name) => (note(`AAAA ${name}`), { kind: 'no-data', ttl: 300 }),
  };
  return { cached: cacheAnswers(resolver, () => clock.now, maxEntries), asked, clock };
}

const records: DnsAnswer<string> = { kind: 'records', records: ['192.0.2.1'], ttl: 60 };

test.for<DnsAnswer<string>>([
  records,
  { kind: 'no-such-name', ttl: 60 },
  { kind: 'no-data', ttl: 60 },
  { kind: 'timeout', ttl: 60 },
  { kind: 'failure', what: 'answered SERVFAIL', ttl: 60 },
])('$kind is kept for its TTL and no longer', async (answer) => {
  const { cached, asked, clock } = cacheBefore(answer);
  expect(await cached.a('mx.test')).toEqual(answer);
  clock.now += 59_999;
  expect(await cached.a('mx.test')).toEqual(answer);
  expect(asked).toEqual(['A mx.test']);
  clock.now += 1;
  await cached.a('mx.test');
  expect(asked).toEqual(['A mx.test', 'A mx.test']);
});

test('a TTL of 0 serves only those who ask while the question is under way', async () => {
  const { cached, asked } = cacheBefore({ ...records, ttl: 0 });
  await Promise.all([cached.a('mx.test'), cached.a('mx.test'), cached.a('mx.test')]);
  expect(asked).toEqual(['A mx.test']);
  await cached.a('mx.test');
  expect(asked).toEqual(['A mx.test', 'A mx.test']);
});

test('the kinds of question are kept apart', async () => {
  const { cached, asked } = cacheBefore(records);
  await Promise.all([cached.mx('one.test'), cached.a('one.test'), cached.aaaa('one.test')]);
  expect(asked).toEqual(['MX one.test', 'A one.test', 'AAAA one.test']);
});

test('where there is no room, the name longest unused goes', async () => {
  const { cached, asked } = cacheBefore(records, 2);
  for (const name of ['one.test', 'two.test', 'one.test', 'three.test', 'one.test', 'two.test']) await cached.a(name);
  expect(asked).toEqual(['A one.test', 'A two.test', 'A three.test', 'A two.test']);
});

test('a rejection, which is a fault of ours, reaches all who wait and is not kept', async () => {
  let faults = 1;
  const { cached } = cacheBefore(records);
  const failing = cacheAnswers(
    { ...cached, a: (name) => (faults-- > 0 ? Promise.reject(new Error('fault')) : cached.a(name)) },
    () => 0,
  );
  const both = await Promise.allSettled([failing.a('mx.test'), failing.a('mx.test')]);
  expect(both.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
  expect(await failing.a('mx.test')).toEqual(records);
});
