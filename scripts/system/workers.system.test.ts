/**
 * Many machines: a survey whose sessions real worker processes carry out, through a real Redis, against the fake internet;
 * and what may happen to each of them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { askedTwice } from '../fake-internet/counters.js';
import { addressOf, examples, worldOf } from '../fake-internet/one-of-each.js';
import { startFakeInternet, type FakeInternet } from '../fake-internet/start.js';
import type { World } from '../fake-internet/world.js';
import { readCsv } from './read-csv.js';
import { startRedis, type TestRedis } from './redis.js';

const program = join(import.meta.dirname, '../../dist/bundle/main.js');
const patience = { timeout: 60_000, interval: 50 };

let folder: string;
let redis: TestRedis;
let internet: FakeInternet;
let children: Running[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sender-survey-workers-'));
  redis = await startRedis();
  children = [];
});

afterEach(async () => {
  for (const { child } of children) child.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));
  await internet?.close();
  await redis.stop();
  await rm(folder, { recursive: true });
});

/** A command under way. */
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it has said on standard error so far. */
  readonly said: () => string;
  /** How it ended, and all that it said. */
  readonly outcome: () => Promise<{ readonly code: number | null; readonly said: string }>;
}

function start(args: readonly string[]): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const running = { child, ended, said: () => text, outcome: async () => ({ code: await ended, said: text }) };
  children.push(running);
  return running;
}

function startWorker(options: readonly string[] = []): Running {
  const asking = ['--port', `${internet.smtpPort}`, '--allow-net', '127.0.0.0/8', '--helo', 'worker.example'];
  return start(['worker', redis.url, '-c', '5', ...asking, ...options]);
}

/** A survey of the addresses, through workers unless told otherwise. */
async function startSurvey(
  addresses: readonly string[],
  options: readonly string[] = ['--workers', redis.url],
): Promise<Running> {
  await writeFile(join(folder, 'list'), addresses.map((address) => `${address}\n`).join(''));
  const world = ['--resolver', internet.resolver, '--port', `${internet.smtpPort}`, '--allow-net', '127.0.0.0/8'];
  const limits = [
    '--connect-timeout',
    '1s',
    '--reply-timeout',
    '2s',
    '--site-rate',
    '0',
    '--site-pause',
    '1s',
    '--helo',
    'survey.example',
  ];
  const outputs = ['--csv', 'out.csv', '--progress', 'never'];
  return start(['list', ...world, ...limits, ...outputs, ...options]);
}

async function verdicts(file = 'out.csv'): Promise<Record<string, string>> {
  const rows = await readCsv(join(folder, file));
  return Object.fromEntries(rows.map(({ address, verdict, reason }) => [address, `${verdict}/${reason}`]));
}

/** So many domains with a server each, whose replies take their time. */
function slowWorld(domains: number, replyMs: number): { world: World; addresses: string[] } {
  const names: Record<string, { mx: string[] } | { a: string[] }> = {};
  const servers: Record<string, object> = {};
  for (let i = 0; i < domains; i++) {
    names[`d${i}.example`] = { mx: [`10 mx.d${i}.example`] };
    names[`mx.d${i}.example`] = { a: [`127.44.0.${i + 1}`] };
    servers[`127.44.0.${i + 1}`] = { replyMs: [replyMs, replyMs] };
  }
  const addresses = Array.from({ length: domains * 3 }, (_, i) => `user${i}@d${i % domains}.example`);
  return { world: { names, servers }, addresses };
}

describe.each([
  ['in this process', []],
  ['at workers', ['--workers']],
])('sessions %s', (_, option) => {
  test('each way to answer leads to its verdict, in good manners', { timeout: 120_000 }, async () => {
    internet = await startFakeInternet(worldOf());
    if (option.length > 0) for (let i = 0; i < 2; i++) startWorker(['--source-address', '127.0.0.1']);
    const survey = await startSurvey(
      examples.map(addressOf),
      option.flatMap((name) => [name, redis.url]),
    );
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    const expected = examples.map((example) => [addressOf(example), `${example.verdict}/${example.reason}`]);
    expect(await verdicts()).toEqual(Object.fromEntries(expected));
    // It is to be asked again: it said that we are too fast.
    expect(askedTwice(internet.counters.all)).toEqual(['anna@throttles-late.example']);
    expect(internet.counters.all.withoutQuit).toBe(0);
    const probers = (await readCsv(join(folder, 'out.csv'))).map(({ prober, mx_address: server }) => [prober, server]);
    const told = probers.filter(([prober]) => prober !== '').length;
    expect(told > 0).toBe(option.length > 0);
    expect(Math.max(...[...internet.counters.servers.values()].map(({ mostOpen }) => mostOpen))).toBeLessThanOrEqual(2);
  });
});

describe('with a survey under way', () => {
  const { world, addresses } = slowWorld(20, 300);
  const accepted = Object.fromEntries(addresses.map((address) => [address, 'accepted/ok']));

  beforeEach(async () => {
    internet = await startFakeInternet(world);
  });

  const underWay = async (): Promise<void> => {
    await vi.waitUntil(() => internet.counters.all.asked.size >= 3, patience);
  };

  test('a worker that is killed: its sessions are carried out elsewhere, and nobody else is asked again', async () => {
    const [killed] = [startWorker(), startWorker()];
    const survey = await startSurvey(addresses);
    await underWay();
    killed.child.kill('SIGKILL');
    const asked = new Map(internet.counters.all.asked);
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(await verdicts()).toEqual(accepted);
    const again = askedTwice(internet.counters.all);
    expect(again.length).toBeLessThanOrEqual(15);
    expect(again.every((address) => asked.has(address))).toBe(true);
    expect(Math.max(...[...internet.counters.servers.values()].map(({ mostOpen }) => mostOpen))).toBeLessThanOrEqual(2);
  }, 120_000);

  test('no worker is there: the survey says so, and goes on when one comes', async () => {
    const survey = await startSurvey(addresses);
    await vi.waitUntil(() => survey.said().includes('no worker is there'), patience);
    expect(internet.counters.all.connections).toBe(0);
    startWorker();
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(survey.said()).toContain('workers are there, with 5 sessions at once');
    expect(await verdicts()).toEqual(accepted);
    expect(askedTwice(internet.counters.all)).toEqual([]);
  }, 120_000);

  test('SIGTERM: a worker ends its sessions first, and another does the rest', async () => {
    const drained = startWorker();
    const survey = await startSurvey(addresses);
    await underWay();
    drained.child.kill('SIGTERM');
    expect(await drained.ended).toBe(0);
    startWorker();
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(await verdicts()).toEqual(accepted);
    expect(askedTwice(internet.counters.all)).toEqual([]);
  }, 120_000);

  test('the coordinator is killed: the same command goes on, with what workers found meanwhile', async () => {
    startWorker();
    const killed = await startSurvey(addresses);
    await underWay();
    killed.child.kill('SIGKILL');
    await killed.ended;
    await wait(11_000); // its entry in Redis must run out first
    const survey = await startSurvey(addresses);
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(await verdicts()).toEqual(accepted);
    expect(askedTwice(internet.counters.all)).toEqual([]);
  }, 120_000);

  test('Redis starts anew, empty: sessions that were under way are carried out again', async () => {
    startWorker();
    const survey = await startSurvey(addresses);
    await underWay();
    await redis.stop();
    await wait(3000);
    await redis.start();
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(await verdicts()).toEqual(accepted);
    expect(survey.said()).toMatch(/cannot be reached .*waiting for it[^]*is back/);
  }, 120_000);

  test('Redis is out of memory for a while: the survey says so, and goes on after it', async () => {
    startWorker();
    const survey = await startSurvey(addresses);
    await underWay();
    const admin = new Redis(redis.url);
    try {
      await admin.config('SET', 'maxmemory', '1');
      await vi.waitUntil(() => survey.said().includes('Redis takes no session: OOM'), patience);
      await admin.config('SET', 'maxmemory', '0');
    } finally {
      admin.disconnect();
    }
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(await verdicts()).toEqual(accepted);
  }, 120_000);

  test('Redis is gone for good: Ctrl-C and SIGTERM end both sides all the same', async () => {
    const worker = startWorker();
    const survey = await startSurvey(addresses);
    await underWay();
    await redis.stop();
    await vi.waitUntil(() => survey.said().includes('cannot be reached'), patience);
    survey.child.kill('SIGINT');
    worker.child.kill('SIGTERM');
    expect(await survey.outcome()).toMatchObject({ code: 130 });
    expect(await worker.outcome()).toMatchObject({ code: 0 });
  }, 60_000);

  test('a second survey with the same workers is refused', async () => {
    startWorker();
    await startSurvey(addresses);
    await underWay();
    const second = await startSurvey(addresses, ['--workers', redis.url, '--state', 'second.db']);
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain('another survey uses the workers');
  }, 120_000);
});

describe('jobs made by an enemy', () => {
  const job = {
    protocol: 1,
    survey: 'x',
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

  test.each([
    ['of another version', { protocol: 2 }, 'protocol 2'],
    ['with a line end in an address', { recipients: [{ senderId: 1, address: 'a\r\nDATA@x.example' }] }, 'address'],
    [
      'for a network that the worker may not connect to',
      { server: { ...job.server, address: '10.0.0.1' } },
      '10.0.0.1',
    ],
    ['for another port', { rules: { ...job.rules, port: 22 } }, 'port'],
    ['that is nothing of the kind', { recipients: 'everybody' }, 'recipients'],
  ])(
    'one %s is not carried out',
    async (_, changes, why) => {
      internet = await startFakeInternet({ names: {}, servers: { '127.44.0.1': {} } });
      const queue = new Queue('sessions', { connection: { url: redis.url }, prefix: 'sender-survey' });
      try {
        startWorker();
        const rules = { ...job.rules, port: internet.smtpPort };
        const added = await queue.add('session', { ...job, rules, ...changes });
        const done = async () => (await queue.getJob(added.id!))?.returnvalue as { refused?: string } | null;
        await vi.waitUntil(async () => (await done()) !== null, patience);
        expect((await done())?.refused).toContain(why);
        expect(internet.counters.all.connections).toBe(0);
      } finally {
        await queue.close();
      }
    },
    60_000,
  );
});

test('a worker that may not do what the survey asks for is set aside, and told', { timeout: 60_000 }, async () => {
  const { world, addresses } = slowWorld(3, 10);
  internet = await startFakeInternet(world);
  const wrong = start(['worker', redis.url, '--port', '26', '--helo', 'worker.example', '--allow-net', '127.0.0.0/8']);
  const survey = await startSurvey(addresses);
  expect(await wrong.ended).toBe(3);
  expect(wrong.said()).toContain('set aside: it asks at port 26');
  await vi.waitUntil(() => survey.said().includes('is set aside'), patience);
  startWorker();
  expect(await survey.outcome()).toMatchObject({ code: 0 });
  expect(Object.values(await verdicts())).toEqual(addresses.map(() => 'accepted/ok'));
});
