/**
 * A Redis of a test's own: on loopback, on a free port, keeping nothing on disk.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A Redis that can be stopped and started again, empty. */
export class TestRedis {
  readonly port: number;
  #process: ChildProcess | null = null;

  constructor(port: number) {
    this.port = port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const options = ['--bind', '127.0.0.1', '--port', `${this.port}`, '--save', '', '--appendonly', 'no'];
    this.#process = spawn('redis-server', options, { stdio: 'ignore' });
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
}

/** A Redis at a port that is free now, started. */
export async function startRedis(): Promise<TestRedis> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const redis = new TestRedis(port);
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
