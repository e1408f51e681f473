/**
 * What it costs to have sessions carried out by workers: the same survey in one process, and through Redis with one, two and
 * four workers on this machine; the CPU time of the coordinator and of Redis for each session. Then very many senders through
 * one worker: the coordinator's memory must not grow with them, beyond what a survey without workers needs.
 */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { alone, main, port, shared, stop, survey, withServers, writeAddresses, type Run } from './bench-session.js';
import { startRedis } from './system/redis.js';

const sessions = 5000;
const workerCounts = [1, 2, 4];
const slots = 50;
/** Until the workers are on the roll. */
const startUpMs = 2000;

const defaultSenders = 100_000;

/** Measures and prints; `size` is the number of senders whose memory is looked at. */
export async function benchWorkers(size = String(defaultSenders)): Promise<void> {
  await withServers(async (folder, resolver) => {
    const list = await writeAddresses(folder, { ...alone, addresses: sessions });
    console.log(`${sessions} sessions, each with a domain of its own`);
    print('in one process', survey(list, resolver));
    const redis = await startRedis();
    try {
      for (const count of workerCounts)
        await withWorkers(redis.url, count, () => measure(list, resolver, redis.url, count));
      await withWorkers(redis.url, 1, () => compareMemory(folder, resolver, redis.url, Number(size)));
    } finally {
      await redis.stop();
    }
  });
}

async function measure(list: string, resolver: string, url: string, count: number): Promise<void> {
  const before = await cpuOfRedis(url);
  const run = survey(list, resolver, 10, ['--workers', url]);
  print(`through Redis, ${count} workers`, run, (await cpuOfRedis(url)) - before);
}

async function compareMemory(folder: string, resolver: string, url: string, addresses: number): Promise<void> {
  const list = await writeAddresses(folder, { ...shared, addresses });
  const through = survey(list, resolver, 10, ['--workers', url]);
  const here = survey(list, resolver, 10);
  const mb = (run: Run): string => `${run.peakMb.toFixed(0)} MB, ${run.seconds.toFixed(0)} s`;
  console.log(`${addresses} senders in sessions of 10: through Redis ${mb(through)}; in one process ${mb(here)}`);
  if (through.peakMb > here.peakMb + 150) throw new Error('the coordinator keeps too much');
}

async function withWorkers(url: string, count: number, work: () => Promise<void>): Promise<void> {
  const options = ['--port', `${port}`, '--allow-net', '127.0.0.0/8', '--helo', 'worker.example', '-c', `${slots}`];
  const workers = Array.from({ length: count }, () =>
    spawn(process.execPath, [main, 'worker', url, ...options], { stdio: 'ignore' }),
  );
  try {
    await wait(startUpMs);
    await work();
  } finally {
    for (const worker of workers) await stop(worker);
  }
}

async function cpuOfRedis(url: string): Promise<number> {
  const redis = new Redis(url);
  const info = await redis.info('cpu');
  redis.disconnect();
  const [user, system] = ['user', 'sys'].map((kind) => new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1]);
  return Number(user) + Number(system);
}

function print(what: string, { seconds, cpuSeconds }: Run, redisSeconds?: number): void {
  const micro = (total: number): string => `${((total / sessions) * 1e6).toFixed(0)} µs`;
  const ofRedis = redisSeconds === undefined ? '' : `, of Redis ${micro(redisSeconds)}`;
  const rate = (sessions / seconds).toFixed(0);
  console.log(`  ${what.padEnd(27)} ${rate} sessions a second; CPU a session: ${micro(cpuSeconds)}${ofRedis}`);
}
