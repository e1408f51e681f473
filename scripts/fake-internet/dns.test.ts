import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFakeInternet, type FakeInternet } from './start.js';
import type { World } from './world.js';

const many = Array.from({ length: 200 }, (_, i) => `${i} mx${i}.many.example`);
const world: World = {
  names: {
    'a.example': { mx: ['10 mx1.a.example', '20 mx2.a.example'], a: ['127.0.0.7'] },
    'mx1.a.example': { a: ['127.1.0.1', '127.1.0.2'], aaaa: ['::1'], ttl: 60 },
    'null.example': { mx: ['0 .'] },
    'alias.example': { cname: 'a.example' },
    'loop.example': { cname: 'loop.example' },
    'dangling.example': { cname: 'gone.example' },
    'many.example': { mx: many },
    'fails.example': 'servfail',
    'refuses.example': 'refused',
    'half.example': { mx: [], a: 'servfail' },
    'silent.example': 'silence',
  },
  servers: {},
};

let internet: FakeInternet;
let resolver: Resolver;
beforeEach(async () => {
  internet = await startFakeInternet(world);
  resolver = new Resolver({ timeout: 50, tries: 1 });
  resolver.setServers([internet.resolver]);
});
afterEach(async () => await internet.close());

test('records', async () => {
  expect(await resolver.resolveMx('a.example')).toEqual([
    { priority: 10, exchange: 'mx1.a.example' },
    { priority: 20, exchange: 'mx2.a.example' },
  ]);
  expect(await resolver.resolve4('MX1.a.EXAMPLE', { ttl: true })).toEqual([
    { address: '127.1.0.1', ttl: 60 },
    { address: '127.1.0.2', ttl: 60 },
  ]);
  expect(await resolver.resolve6('mx1.a.example')).toEqual(['::1']);
  expect(await resolver.resolveMx('null.example')).toEqual([{ priority: 0, exchange: '' }]);
  expect(await resolver.resolveMx('alias.example')).toHaveLength(2);
  expect(await resolver.resolveCname('alias.example')).toEqual(['a.example']);
});

test('an answer too long for UDP comes over TCP', async () => {
  expect(await resolver.resolveMx('many.example')).toHaveLength(200);
  expect(internet.counters.questions.get('MX many.example')).toBe(2);
});

test.for<[string, string]>([
  ['gone.example', 'ENOTFOUND'],
  ['mx.gone.example', 'ENOTFOUND'],
  ['dangling.example', 'ENOTFOUND'],
  ['mx1.a.example', 'ENODATA'],
  ['example', 'ENODATA'],
  ['half.example', 'ENODATA'],
  ['fails.example', 'ESERVFAIL'],
  ['loop.example', 'ESERVFAIL'],
  ['refuses.example', 'EREFUSED'],
  ['silent.example', 'ETIMEOUT'],
])('MX of %s: %s', async ([name, code]) => {
  await expect(resolver.resolveMx(name)).rejects.toMatchObject({ code });
});

test('one type of a name can fail alone', async () => {
  await expect(resolver.resolve4('half.example')).rejects.toMatchObject({ code: 'ESERVFAIL' });
});

test('questions are counted', async () => {
  await resolver.resolveMx('A.example');
  await resolver.resolveMx('a.example');
  await resolver.resolve4('a.example');
  expect(Object.fromEntries(internet.counters.questions)).toEqual({ 'MX a.example': 2, 'A a.example': 1 });
});

test('delays', async () => {
  await internet.close();
  internet = await startFakeInternet({ ...world, dnsMs: [20, 20] });
  resolver.setServers([internet.resolver]);
  const begun = performance.now();
  await resolver.resolveMx('a.example');
  expect(performance.now() - begun).toBeGreaterThan(18);
});
