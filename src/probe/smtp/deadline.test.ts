import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { setDeadline } from './deadline.js';

/** Keeps this process from doing anything else, as if it had been stopped. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test('what came before the deadline counts, even if this process only gets to it afterwards', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [peer] = (await once(server, 'connection')) as [Socket];
  const outcome = await new Promise((resolve) => {
    const callOff = setDeadline(20, () => resolve('passed'));
    client.once('data', () => {
      callOff();
      resolve('heard');
    });
    peer.write('250 Ok');
    sleep(60);
  });
  expect(outcome).toBe('heard');
  client.destroy();
  server.close();
});

test('a deadline passes where nothing came', async () => {
  const outcome = await new Promise((resolve) => void setDeadline(5, () => resolve('passed')));
  expect(outcome).toBe('passed');
});
