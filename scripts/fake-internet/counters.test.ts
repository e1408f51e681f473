import { afterEach, describe, expect, test, vi } from 'vitest';
import { askedTwice, countConnection, mostStartsWithin, newTally } from './counters.js';
import { converse, RawClient } from './raw-client.js';
import { startFakeInternet, type FakeInternet } from './start.js';
import type { World } from './world.js';

const world: World = {
  names: {},
  servers: {
    '127.32.0.1': { operator: 'big' },
    '127.32.0.2': { operator: 'big', extensions: [] },
    '127.32.0.3': { greeting: 'silence' },
    '127.32.0.4': { greetingMs: [20, 20] },
    '127.32.0.5': { rcpt: 'silence' },
  },
};
const begin = ['EHLO p', 'MAIL FROM:<>'];

test('the most starts within a window', () => {
  const tally = newTally();
  for (const now of [0, 10, 50, 59, 60, 61, 200]) countConnection(tally, now);
  expect([1, 10, 12, 60, 61, 1000].map((window) => mostStartsWithin(tally, window))).toEqual([1, 3, 4, 5, 5, 7]);
});

describe('sessions', () => {
  let internet: FakeInternet;
  afterEach(async () => await internet.close());

  /** The counters of one server once all its sessions have ended. */
  async function settled(address: string) {
    const counters = internet.counters.servers.get(address);
    await vi.waitFor(() => expect(counters?.open).toBe(0), { interval: 2 });
    return counters;
  }

  test('sessions, commands and addresses are counted by server, by operator and in all', async () => {
    internet = await startFakeInternet(world);
    const lines = [...begin, 'RCPT TO:<a@b>', 'RCPT TO:<"A B"@b>', 'rset', 'QUIT'];
    await converse('127.32.0.1', internet.smtpPort, lines);
    await converse('127.32.0.2', internet.smtpPort, [...begin, 'RCPT TO:<a@b>', 'QUIT']);
    expect(await settled('127.32.0.1')).toMatchObject({
      connections: 1,
      mostOpen: 1,
      withoutQuit: 0,
      spokeTooEarly: 0,
      pipelinedUnasked: 0,
      commands: { EHLO: 1, MAIL: 1, RCPT: 2, RSET: 1, QUIT: 1 },
      asked: new Map([
        ['a@b', 1],
        ['"A B"@b', 1],
      ]),
    });
    await settled('127.32.0.2');
    const { all, operators } = internet.counters;
    expect(operators.get('big')).toEqual(all);
    expect(all).toMatchObject({
      connections: 2,
      mostOpen: 1,
      commands: { EHLO: 2, MAIL: 2, RCPT: 3, RSET: 1, QUIT: 2 },
    });
    expect(askedTwice(all)).toEqual(['a@b']);
  });

  test('sessions open at once are counted over all servers of an operator', async () => {
    internet = await startFakeInternet(world);
    const clients = await Promise.all(
      ['127.32.0.1', '127.32.0.1', '127.32.0.2'].map(async (one) => await RawClient.connect(one, internet.smtpPort)),
    );
    await Promise.all(clients.map(async (client) => await client.reply()));
    await Promise.all(clients.map(async (client) => await client.close()));
    expect((await settled('127.32.0.1'))?.mostOpen).toBe(2);
    expect(internet.counters.operators.get('big')?.mostOpen).toBe(3);
  });

  test.for<[string, string, readonly string[], number]>([
    ['with QUIT', '127.32.0.1', [...begin, 'QUIT'], 0],
    ['without QUIT', '127.32.0.1', begin, 1],
    ['straight after the greeting', '127.32.0.1', [], 1],
    ['while the server owes the greeting', '127.32.0.3', [], 0],
    ['while the server owes a reply', '127.32.0.5', [...begin, 'RCPT TO:<a@b>'], 0],
  ])('a session left %s', async ([, address, lines, withoutQuit]) => {
    internet = await startFakeInternet(world);
    await converse(address, internet.smtpPort, lines, 50);
    expect((await settled(address))?.withoutQuit).toBe(withoutQuit);
  });

  test('a client that speaks before the greeting is seen', async () => {
    internet = await startFakeInternet(world);
    const client = await RawClient.connect('127.32.0.4', internet.smtpPort);
    client.send('EHLO p');
    await client.reply();
    await client.close();
    expect((await settled('127.32.0.4'))?.spokeTooEarly).toBe(1);
  });

  test.for<[string, string, number]>([
    ['offered', '127.32.0.1', 0],
    ['not offered', '127.32.0.2', 2],
  ])('pipelining where it is %s', async ([, address, pipelinedUnasked]) => {
    internet = await startFakeInternet(world);
    const client = await RawClient.connect(address, internet.smtpPort);
    await client.reply();
    client.send('EHLO p');
    await client.reply();
    client.send('MAIL FROM:<>', 'RCPT TO:<a@b>', 'RCPT TO:<c@d>');
    await client.reply();
    client.send('QUIT');
    await client.close();
    expect((await settled(address))?.pipelinedUnasked).toBe(pipelinedUnasked);
  });
});
