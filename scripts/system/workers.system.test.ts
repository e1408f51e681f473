/**
 * Many machines: a survey whose sessions real worker processes carry out, through a real Redis, against the fake internet;
 * and what may happen to each of them.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { askedTwice } from '../fake-internet/counters.js';
import { addressOf, examples, worldOf } from '../fake-internet/one-of-each.js';
import { openScene, patience, slowWorld } from './crew-scene.js';
import { readCsv } from './read-csv.js';

describe.each([
  ['in this process', false],
  ['at workers', true],
])('sessions %s', (_, atWorkers) => {
  test.concurrent(
    'each way to answer leads to its verdict, in good manners',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, worldOf());
      const { counters } = scene.internet;
      if (atWorkers) for (let i = 0; i < 2; i++) scene.startWorker(['--source-address', '127.0.0.1']);
      const survey = await scene.startSurvey(examples.map(addressOf), atWorkers ? ['--workers', scene.redis.url] : []);
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      const expected = examples.map((example) => [addressOf(example), `${example.verdict}/${example.reason}`]);
      expect(await scene.verdicts()).toEqual(Object.fromEntries(expected));
      // It is to be asked again: it said that we are too fast.
      expect(askedTwice(counters.all)).toEqual(['anna@throttles-late.example']);
      expect(counters.all.withoutQuit).toBe(0);
      const told = (await readCsv(join(scene.folder, 'out.csv'))).filter(({ prober }) => prober !== '');
      expect(told.length > 0).toBe(atWorkers);
      expect(scene.mostAtOneServer()).toBeLessThanOrEqual(2);
    },
    120_000,
  );
});

describe('with a survey under way', () => {
  const { world, addresses } = slowWorld(20, 300);
  const accepted = Object.fromEntries(addresses.map((address) => [address, 'accepted/ok']));

  test.concurrent(
    'a worker that is killed: its sessions are carried out elsewhere, and nobody else is asked again',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      const [killed] = [scene.startWorker(), scene.startWorker()];
      const survey = await scene.startSurvey(addresses);
      await scene.underWay();
      killed.child.kill('SIGKILL');
      await wait(1000); // what it had sent still arrives; it is missed much later
      const asked = new Map(scene.internet.counters.all.asked);
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      expect(await scene.verdicts()).toEqual(accepted);
      const again = askedTwice(scene.internet.counters.all);
      expect(again.length).toBeLessThanOrEqual(15);
      expect(again.every((address) => asked.has(address))).toBe(true);
      expect(scene.mostAtOneServer()).toBeLessThanOrEqual(2);
    },
    120_000,
  );

  test.concurrent(
    'no worker is there: the survey says so, and goes on when one comes',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      const survey = await scene.startSurvey(addresses);
      await vi.waitUntil(() => survey.said().includes('no worker is there'), patience);
      expect(scene.internet.counters.all.connections).toBe(0);
      scene.startWorker();
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      expect(survey.said()).toContain('workers are there, with 5 sessions at once');
      expect(await scene.verdicts()).toEqual(accepted);
      expect(askedTwice(scene.internet.counters.all)).toEqual([]);
    },
    120_000,
  );

  test.concurrent(
    'SIGTERM: a worker ends its sessions first, and another does the rest',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      const drained = scene.startWorker();
      const survey = await scene.startSurvey(addresses);
      await scene.underWay();
      drained.child.kill('SIGTERM');
      expect(await drained.ended).toBe(0);
      scene.startWorker();
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      expect(await scene.verdicts()).toEqual(accepted);
      expect(askedTwice(scene.internet.counters.all)).toEqual([]);
    },
    120_000,
  );

  test.concurrent(
    '-c holds over all workers together',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      scene.startWorker();
      scene.startWorker();
      const survey = await scene.startSurvey(addresses, ['--workers', scene.redis.url, '-c', '3']);
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      expect(survey.said()).toMatch(/the workers take \d+ sessions at once; --concurrency \(-c\) allows 3/);
      expect(await scene.verdicts()).toEqual(accepted);
      expect(scene.internet.counters.all.mostOpen).toBe(3);
    },
    120_000,
  );

  test.concurrent(
    'the coordinator is killed: the same command goes on, with what workers found meanwhile',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      scene.startWorker();
      const killed = await scene.startSurvey(addresses);
      await scene.underWay();
      killed.child.kill('SIGKILL');
      await killed.ended;
      await wait(11_000); // its entry in Redis must run out first
      const survey = await scene.startSurvey(addresses);
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      expect(await scene.verdicts()).toEqual(accepted);
      expect(askedTwice(scene.internet.counters.all)).toEqual([]);
    },
    120_000,
  );

  test.concurrent(
    'Redis starts anew, empty: sessions that were under way are carried out again',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      scene.startWorker();
      const survey = await scene.startSurvey(addresses);
      await scene.underWay();
      await scene.redis.stop();
      await wait(3000);
      await scene.redis.start();
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      expect(await scene.verdicts()).toEqual(accepted);
      expect(survey.said()).toMatch(/cannot be reached .*waiting for it[^]*is back/);
    },
    120_000,
  );

  test.concurrent(
    'Redis is out of memory for a while: the survey says so, and goes on after it',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      scene.startWorker();
      const survey = await scene.startSurvey(addresses);
      await scene.underWay();
      const admin = new Redis(scene.redis.url);
      try {
        await admin.config('SET', 'maxmemory', '1');
        await vi.waitUntil(() => survey.said().includes('Redis takes no session: OOM'), patience);
        await admin.config('SET', 'maxmemory', '0');
      } finally {
        admin.disconnect();
      }
      expect(await survey.outcome()).toMatchObject({ code: 0 });
      expect(await scene.verdicts()).toEqual(accepted);
    },
    120_000,
  );

  test.concurrent(
    'Redis is gone for good: Ctrl-C and SIGTERM end both sides at once all the same',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      const worker = scene.startWorker();
      const survey = await scene.startSurvey(addresses);
      await scene.underWay();
      await scene.redis.stop();
      await vi.waitUntil(() => survey.said().includes('cannot be reached'), patience);
      const told = performance.now();
      survey.child.kill('SIGINT');
      worker.child.kill('SIGTERM');
      expect(await survey.outcome()).toMatchObject({ code: 130 });
      expect(await worker.outcome()).toMatchObject({ code: 0 });
      expect(performance.now() - told).toBeLessThan(8000);
    },
    60_000,
  );

  test.concurrent(
    'a second survey with the same workers is refused',
    async ({ onTestFinished }) => {
      const scene = await openScene(onTestFinished, world);
      scene.startWorker();
      await scene.startSurvey(addresses);
      await scene.underWay();
      const second = await scene.startSurvey(addresses, ['--workers', scene.redis.url, '--state', 'second.db']);
      expect(await second.ended).toBe(1);
      expect(second.said()).toContain('another survey uses the workers');
    },
    120_000,
  );
});

describe('jobs made by an enemy', () => {
  const job = {
    protocol: 1,
    survey: 'x',
    run: 'x',
    server: { host: 'mx.x.example', address: '127.44.0.1', site: 'x.example' },
    recipients: [{ senderId: 1, address: 'anna@x.example' }],
    attempts: 0,
    spentMs: 0,
    rules: {
      mailFrom: '',
      port: 0,
      tls: 'never',
      catchAll: false,
      sessionRecipients: 10,
      connectTimeoutMs: 1000,
      replyTimeoutMs: 1000,
      senderTimeoutMs: 1000,
    },
    known: { pipelining: null, plainText: null, tlsFailed: false, catchAll: [] },
  };

  const server = { ...job.server, address: '10.0.0.1' };

  test.concurrent.for([
    ['of another version', { protocol: 2 }, 'protocol 2'],
    ['with a line end in an address', { recipients: [{ senderId: 1, address: 'a\r\nDATA@x.example' }] }, 'address'],
    ['for a network that the worker may not connect to', { server }, '10.0.0.1'],
    ['for another port', { rules: { ...job.rules, port: 22 } }, 'port'],
    ['that is nothing of the kind', { recipients: 'everybody' }, 'recipients'],
    ['of nobody who coordinates', {}, 'does not coordinate'],
  ] as const)('one %s is not carried out', { timeout: 60_000 }, async ([, changes, why], { onTestFinished }) => {
    const scene = await openScene(onTestFinished, { names: {}, servers: { '127.44.0.1': {} } });
    const queue = new Queue('sessions', { connection: { url: scene.redis.url }, prefix: 'sender-survey' });
    try {
      scene.startWorker();
      const rules = { ...job.rules, port: scene.internet.smtpPort };
      const added = await queue.add('session', { ...job, rules, ...changes });
      const done = async () => (await queue.getJob(added.id!))?.returnvalue as Record<string, string> | null;
      await vi.waitUntil(async () => (await done()) !== null, patience);
      const { refused, passed } = (await done()) ?? {};
      expect(refused ?? passed).toContain(why);
      expect(scene.internet.counters.all.connections).toBe(0);
    } finally {
      await queue.close();
    }
  });
});
