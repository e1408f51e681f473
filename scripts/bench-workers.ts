/**
 * What it costs to have sessions carried out by workers: the same survey in one process, and through Redis with one, two and
 * four workers on this machine; the CPU time of the coordinator, of Redis and of the workers for each session, what they need
 * to warm up included. What more workers bring shows at servers that take their time, as real ones do. Last very many senders
 * through one worker: the coordinator must not keep more of them than a survey without workers does.
 */
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { alone, main, port, shared, stop, survey, withServers, writeAddresses, type Run } from './bench-session.js';
import { startRedis } from './system/redis.js';

const sessions = 5000;
const workerCounts = [1, 2, 4];
const slots = 50;
/** CPU time beside that of the survey, seconds. */
interface Others {
  readonly redis: number;
  readonly workers: number;
}

/** Until the workers are on the roll. */
const startUpMs = 2000;

const defaultSenders = 100_000;
const slow = { domains: 200, replyMs: 100, sessions: 1200, slots: 25 };
const slowServers = fileURLToPath(new URL('bench-workers/slow-servers.js', import.meta.url));

/** Measures and prints; `size` is the number of senders whose memory is looked at. */
export async function benchWorkers(size = String(defaultSenders)): Promise<void> {
  await withServers(async (folder, resolver) => {
    const list = await writeAddresses(folder, { ...alone, addresses: sessions });
    console.log(`${sessions} sessions, each with a domain of its own`);
    print('in one process', survey(list, resolver));
    const redis = await startRedis();
    try {
      for (const count of workerCounts)
        await withWorkers(redis.url, count, (workers) => measure(list, resolver, redis.url, workers));
      await measureSlow(folder, redis.url);
      await withWorkers(redis.url, 1, () => compareMemory(folder, resolver, redis.url, Number(size)));
    } finally {
      await redis.stop();
    }
  });
}

async function measure(list: string, resolver: string, url: string, workers: readonly ChildProcess[]): Promise<void> {
  const look = async (): Promise<Others> => ({
    redis: await cpuOfRedis(url),
    workers: workers.map(cpuOf).reduce((sum, seconds) => sum + seconds),
  });
  const before = await look();
  const run = survey(list, resolver, 10, ['--workers', url]);
  const after = await look();
  const others = { redis: after.redis - before.redis, workers: after.workers - before.workers };
  print(`through Redis, ${workers.length} workers`, run, others);
}

async function compareMemory(folder: string, resolver: string, url: string, addresses: number): Promise<void> {
  const list = await writeAddresses(folder, { ...shared, addresses });
  const through = survey(list, resolver, 10, ['--workers', url]);
  const here = survey(list, resolver, 10);
  const mb = (run: Run): string => `${run.peakMb.toFixed(0)} MB, ${run.seconds.toFixed(0)} s`;
  console.log(`${addresses} senders in sessions of 10: through Redis ${mb(through)}; in one process ${mb(here)}`);
  if (through.peakMb > here.peakMb + 150) throw new Error('the coordinator keeps too much');
}

/** Sessions that mostly wait: two thirds of a second each. */
async function measureSlow(folder: string, url: string): Promise<void> {
  const { domains, replyMs, sessions: wanted, slots: own } = slow;
  const servers = fork(slowServers, [`${domains}`, `${replyMs}`]);
  try {
    const [listening] = (await once(servers, 'message')) as [{ resolver: string; smtpPort: number }];
    const list = join(folder, 'slow');
    await writeFile(list, Array.from({ length: wanted }, (_, i) => `user${i}@d${i % domains}.example\n`).join(''));
    console.log(
      `${wanted} sessions with servers that take ${replyMs} ms for each reply, ${own} at once at each worker`,
    );
    for (const count of workerCounts) {
      const network = { port: listening.smtpPort, slots: own };
      await withWorkers(url, count, async () => surveySlow(list, listening, url, count), network);
    }
  } finally {
    servers.kill();
  }
}

function surveySlow(list: string, at: { resolver: string; smtpPort: number }, url: string, workers: number): void {
  const asking = `--resolver ${at.resolver} --port ${at.smtpPort} --allow-net 127.0.0.0/8 --helo survey.example`;
  const limits = `-c ${workers * slow.slots} --site-sessions 9 --site-rate 0 --session-recipients 1`;
  const options = `${asking} ${limits} --state none --progress never --workers ${url}`.split(' ');
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [main, 'survey', list, ...options], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the survey failed: ${stderr}`);
  const rate = (slow.sessions / ((performance.now() - started) / 1000)).toFixed(0);
  console.log(`  through Redis, ${workers} workers    ${rate} sessions a second`);
}

async function withWorkers(
  url: string,
  count: number,
  work: (workers: readonly ChildProcess[]) => Promise<void>,
  own = { port, slots },
): Promise<void> {
  const network = ['--port', `${own.port}`, '--allow-net', '127.0.0.0/8', '--helo', 'worker.example'];
  const options = [...network, '-c', `${own.slots}`];
  const workers = Array.from({ length: count }, () =>
    spawn(process.execPath, [main, 'worker', url, ...options], { stdio: 'ignore' }),
  );
  try {
    await wait(startUpMs);
    await work(workers);
  } finally {
    for (const worker of workers) await stop(worker);
  }
}

/** CPU time of a process of ours so far, as Linux tells it in hundredths of a second (proc(5)). */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function cpuOfRedis(url: string): Promise<number> {
  const redis = new Redis(url);
  const info = await redis.info('cpu');
  redis.disconnect();
  const [user, system] = ['user', 'sys'].map((kind) => new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1]);
  return Number(user) + Number(system);
}

function print(what: string, { seconds, cpuSeconds }: Run, others?: Others): void {
  const micro = (total: number): string => `${((total / sessions) * 1e6).toFixed(0)} µs`;
  const ofOthers = others ? `, of Redis ${micro(others.redis)}, of the workers ${micro(others.workers)}` : '';
  const rate = (sessions / seconds).toFixed(0);
  console.log(`  ${what.padEnd(27)} ${rate} sessions a second; CPU a session: ${micro(cpuSeconds)}${ofOthers}`);
}
