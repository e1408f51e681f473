/**
 * What each test of many machines has for itself: a Redis, a fake internet, and a folder, in which the command runs as survey
 * and as workers.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { startFakeInternet, type FakeInternet } from '../fake-internet/start.js';
import type { World } from '../fake-internet/world.js';
import { readCsv } from './read-csv.js';
import { startRedis, type RedisOptions, type TestRedis } from './redis.js';

const program = join(import.meta.dirname, '../../dist/bundle/main.js');

/** For what takes processes to come about. */
export const patience = { timeout: 60_000, interval: 50 };

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it has said on standard error so far. */
  readonly said: () => string;
  /** How it ended, and all that it said. */
  readonly outcome: () => Promise<{ readonly code: number | null; readonly said: string }>;
}

/** One test's own machines. */
export class CrewScene {
  readonly folder: string;
  readonly redis: TestRedis;
  readonly internet: FakeInternet;
  readonly #children: Running[] = [];

  private constructor(folder: string, redis: TestRedis, internet: FakeInternet) {
    this.folder = folder;
    this.redis = redis;
    this.internet = internet;
  }

  static async open(world: World, options: RedisOptions = {}): Promise<CrewScene> {
    const folder = await mkdtemp(join(tmpdir(), 'sender-survey-workers-'));
    return new CrewScene(folder, await startRedis(options), await startFakeInternet(world));
  }

  async close(): Promise<void> {
    for (const { child } of this.#children) child.kill('SIGKILL');
    await Promise.all(this.#children.map(({ ended }) => ended));
    await this.internet.close();
    await this.redis.stop();
    await rm(this.folder, { recursive: true });
  }

  /** Runs the command, with more in its environment. */
  start(args: readonly string[], more: NodeJS.ProcessEnv = {}): Running {
    const env = { ...process.env, ...more };
    const child = spawn(process.execPath, [program, ...args], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const running = { child, ended, said: () => text, outcome: async () => ({ code: await ended, said: text }) };
    this.#children.push(running);
    return running;
  }

  startWorker(options: readonly string[] = [], { url = this.redis.url, env = {} } = {}): Running {
    const asking = ['--port', `${this.internet.smtpPort}`, '--allow-net', '127.0.0.0/8', '--helo', 'worker.example'];
    return this.start(['worker', url, '-c', '5', ...asking, ...options], env);
  }

  /** A survey of the addresses, through workers unless told otherwise. */
  async startSurvey(
    addresses: readonly string[],
    options: readonly string[] = ['--workers', this.redis.url],
    env: NodeJS.ProcessEnv = {},
  ): Promise<Running> {
    await writeFile(join(this.folder, 'list'), addresses.map((address) => `${address}\n`).join(''));
    const { resolver, smtpPort } = this.internet;
    const world = ['--resolver', resolver, '--port', `${smtpPort}`, '--allow-net', '127.0.0.0/8'];
    const limits = '--connect-timeout 1s --reply-timeout 2s --site-rate 0 --site-pause 1s --helo survey.example';
    const outputs = ['--progress', 'never', ...(options.includes('--csv') ? [] : ['--csv', 'out.csv'])];
    return this.start(['list', ...world, ...limits.split(' '), ...outputs, ...options], env);
  }

  /** `verdict/reason` by address. */
  async verdicts(): Promise<Record<string, string>> {
    const rows = await readCsv(join(this.folder, 'out.csv'));
    return Object.fromEntries(rows.map(({ address, verdict, reason }) => [address, `${verdict}/${reason}`]));
  }

  /** Until so many addresses have been asked about. */
  async underWay(addresses = 3): Promise<void> {
    await vi.waitUntil(() => this.internet.counters.all.asked.size >= addresses, patience);
  }

  /** The most sessions that any server had at once. */
  mostAtOneServer(): number {
    return Math.max(...[...this.internet.counters.servers.values()].map(({ mostOpen }) => mostOpen));
  }
}

/** Opens a scene for a test, which closes it at its end. */
export async function openScene(
  onTestFinished: (close: () => Promise<void>) => void,
  world: World,
  options: RedisOptions = {},
): Promise<CrewScene> {
  const scene = await CrewScene.open(world, options);
  onTestFinished(() => scene.close());
  return scene;
}

/** So many domains with a server each, whose replies take their time; three senders of each. */
export function slowWorld(domains: number, replyMs: number, behaviour: (domain: number) => object = () => ({})) {
  const names: Record<string, { mx: string[] } | { a: string[] }> = {};
  const servers: Record<string, object> = {};
  for (let i = 0; i < domains; i++) {
    names[`d${i}.example`] = { mx: [`10 mx.d${i}.example`] };
    names[`mx.d${i}.example`] = { a: [`127.44.0.${i + 1}`] };
    servers[`127.44.0.${i + 1}`] = { replyMs: [replyMs, replyMs], ...behaviour(i) };
  }
  const addresses = Array.from({ length: domains * 3 }, (_, i) => `user${i}@d${i % domains}.example`);
  return { world: { names, servers }, addresses };
}
