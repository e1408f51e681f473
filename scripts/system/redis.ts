/**
 * A Redis of a test's own: on loopback, on a free port, keeping nothing on disk.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-ports.js';

/** How it is started. */
export interface RedisOptions {
  /** More settings, as in redis.conf: `requirepass`, and its value. */
  readonly settings?: readonly (readonly [name: string, ...values: string[]])[];
  /** The port is for TLS, with this certificate and key, by path. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A Redis that can be stopped and started again, empty. */
export class TestRedis {
  readonly port: number;
  readonly #options: RedisOptions;
  #process: ChildProcess | null = null;

  constructor(port: number, options: RedisOptions = {}) {
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#process = spawn('redis-server', this.#arguments(), { stdio: 'ignore' });
    let missing: Error | null = null;
    this.#process.once('error', (error) => (missing = error));
    for (let attempt = 0; attempt < 200; attempt++) {
      if (missing !== null) throw new Error('Redis is missing: apt-get install --no-install-recommends redis-server');
      if (await accepts(this.port)) return;
      await wait(50);
    }
    throw new Error(`no Redis at port ${this.port}`);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  #arguments(): string[] {
    const { settings = [], tls } = this.#options;
    const port: (readonly [name: string, ...values: string[]])[] = tls
      ? [
          ['port', '0'],
          ['tls-port', `${this.port}`],
          ['tls-cert-file', tls.certificate],
          ['tls-key-file', tls.key],
          ['tls-auth-clients', 'no'],
        ]
      : [['port', `${this.port}`]];
    const usual = [
      ['bind', '127.0.0.1'],
      ['save', ''],
      ['appendonly', 'no'],
    ];
    return [...port, ...usual, ...settings].flatMap(([name, ...values]) => [`--${name}`, ...values]);
  }
}

/** A Redis at a port that is free now, started. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const redis = new TestRedis(await freePort(), options);
  await redis.start();
  return redis;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const open = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return open;
}
