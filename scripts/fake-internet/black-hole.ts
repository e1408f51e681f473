/**
 * Addresses where connections time out. Each has a listener that is never served, in a thread that sleeps, with a full
 * queue: Linux then drops further SYNs, as a firewall that swallows them does. (Needs net.ipv4.tcp_abort_on_overflow=0,
 * the default.)
 */
import net from 'node:net';
import { Worker } from 'node:worker_threads';

/** With a backlog of 1, Linux completes two connections and drops the third. */
const fillingConnections = 2;

/** Listens on all addresses, then sleeps until woken. Plain JavaScript: a thread has no TypeScript loader under test. */
const threadSource = `
const net = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');
const { addresses, port, wake } = workerData;
const servers = addresses.map((host) => net.createServer((socket) => socket.destroy()).listen({ host, port, backlog: 1 }));
Promise.all(servers.map((server) => new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))))
  .then(() => {
    parentPort.postMessage('listening');
    Atomics.wait(new Int32Array(wake), 0, 0);
    for (const server of servers) server.close();
  });
`;

/** Makes the addresses black holes on that port until closed. Rejects with the system's error where that cannot be. */
export async function openBlackHoles(
  addresses: readonly string[],
  port: number,
): Promise<{ close: () => Promise<void> }> {
  const wake = new SharedArrayBuffer(4);
  const thread = new Worker(threadSource, { eval: true, workerData: { addresses, port, wake } });
  await new Promise<void>((resolve, reject) => {
    thread.once('message', () => resolve()).once('error', reject);
  });
  const filling = await Promise.all(
    addresses.flatMap((host) => Array.from({ length: fillingConnections }, () => connect(host, port))),
  );
  const close = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    for (const socket of filling) socket.destroy();
    Atomics.store(new Int32Array(wake), 0, 1);
    Atomics.notify(new Int32Array(wake), 0);
    await ended;
  };
  return { close };
}

async function connect(host: string, port: number): Promise<net.Socket> {
  const socket = net.connect(port, host);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return socket.on('error', () => socket.destroy());
}
