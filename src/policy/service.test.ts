/**
 * The policy service as a mail server meets it, against small fake internets.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NameRecords, ServerBehaviour, World } from '../../scripts/fake-internet/world.js';
import { openState } from '../store/state.js';
import { openDoor } from './listen.js';
import { noLimits, requestOf, rulesOf, setOf, startTested, type Tested } from './service.test-support.js';

const day = 86_400_000;

/** Domains by their first label, each with a server of its own; without behaviour nobody listens there. */
function worldOf(domains: Readonly<Record<string, ServerBehaviour | null>>): World {
  const entries = Object.entries(domains);
  const names = entries.flatMap(([name], i): [string, NameRecords][] => [
    [`${name}.example`, { mx: [`10 mx.${name}.example`] }],
    [`mx.${name}.example`, { a: [`127.31.1.${i + 1}`] }],
  ]);
  const servers = entries.flatMap(([, behaviour], i): [string, ServerBehaviour][] =>
    behaviour === null ? [] : [[`127.31.1.${i + 1}`, behaviour]],
  );
  return { names: Object.fromEntries(names), servers: Object.fromEntries(servers) };
}

const good: ServerBehaviour = { rcpt: { known: ['anna@good.example'], unknown: '550 5.1.1 No such user here' } };
const ordinary = worldOf({
  good,
  refusing: { greeting: '554 5.7.1 Your address is on our block list' },
  greylisting: { rcpt: '450 4.7.1 Greylisted' },
  silent: { rcpt: 'silence' },
  dead: null,
});

let folder: string;
let tested: Tested;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-policy-'));
});

afterEach(async () => {
  await tested.close();
  rmSync(folder, { recursive: true });
});

const connections = (): number => tested.internet.counters.all.connections;

describe('answers', () => {
  test.for([
    ['anna@good.example', 'DUNNO'],
    [
      'nobody@good.example',
      /^550 5\.7\.1 sender address rejected: mx\.good\.example \[127\.31\.1\.1\] said on 20\d\d-\d\d-\d\d to RCPT TO:<nobody@good\.example>: 550 5\.1\.1 No such user here$/,
    ],
    [
      'anna@absent.example',
      /^550 5\.7\.1 sender address rejected: DNS says that the domain of <anna@absent\.example> takes no mail \(no-such-domain, 20\d\d-\d\d-\d\d\)$/,
    ],
    ['anna@refusing.example', 'DUNNO'],
    ['anna@greylisting.example', 'DUNNO'],
    ['anna@dead.example', 'DUNNO'],
    ['', 'DUNNO'],
    ['no address', 'DUNNO'],
    ['nobody@[192.0.2.1]', 'DUNNO'],
    ['bad\u0000@good.example', 'DUNNO'],
  ] as const)('%s: %s', async ([sender, action]) => {
    tested = await startTested(ordinary);
    const given = await tested.ask(sender);
    expect(given).toMatch(typeof action === 'string' ? new RegExp(`^${action}$`) : action);
  });

  test.for([
    ['observe', /^DUNNO$/, 'none'],
    ['prepend', /^PREPEND X-Sender-Survey: rejected\/no-such-mailbox; sender address rejected: /, 'prepend'],
    ['defer', /^450 4\.7\.1 sender address rejected: /, 'defer'],
    ['reject', /^550 5\.7\.1 sender address rejected: /, 'reject'],
  ] as const)('in mode %s: %s', async ([mode, action, logged]) => {
    tested = await startTested(ordinary, rulesOf({ mode }));
    expect(await tested.ask('nobody@good.example')).toMatch(action);
    expect(tested.log).toEqual([
      expect.stringMatching(
        new RegExp(
          `^\\S+ action=${logged} mode=${mode} from=<nobody@good.example> to=<clerk@corp.example> client=192.0.2.25 verdict=rejected/no-such-mailbox text=".*No such user here"$`,
        ),
      ),
    ]);
  });

  test('a message to several recipients gets one header', async () => {
    tested = await startTested(ordinary, rulesOf({ mode: 'prepend', forDomains: new Set(['b.example']) }));
    const client = tested.client();
    const ask = (recipient: string) => client.ask({ sender: 'nobody@good.example', recipient, instance: 'one' });
    expect(await ask('x@a.example')).toBe('DUNNO');
    expect(await ask('x@B.example')).toMatch(/^PREPEND /);
    expect(await ask('y@b.example')).toBe('DUNNO');
    expect(await client.ask({ sender: 'nobody@good.example', recipient: 'x@b.example', instance: 'two' })).toMatch(
      /^PREPEND /,
    );
    client.close();
  });

  test('wanted and skipped senders, and our own users, pass unasked', async () => {
    tested = await startTested(
      ordinary,
      rulesOf({ wanted: setOf('lost@good.example'), skip: setOf('absent.example') }),
    );
    expect(await tested.ask('LOST@good.example')).toBe('DUNNO');
    expect(await tested.ask('anna@absent.example')).toBe('DUNNO');
    expect(await tested.ask('nobody@good.example', { sasl_username: 'nina' })).toBe('DUNNO');
    expect(connections()).toBe(0);
    expect([...tested.internet.counters.questions]).toEqual([]);
  });

  test('several requests in one piece, in order, also in bits of bytes', async () => {
    tested = await startTested(ordinary);
    const client = tested.client();
    const senders = ['nobody@good.example', 'anna@good.example', 'b@absent.example', ''];
    const text = senders.map((sender) => requestOf({ sender, comment: 'x=y' })).join('');
    client.socket.write(text);
    const actions = [await client.action(), await client.action(), await client.action(), await client.action()];
    expect(actions.map((action) => action.slice(0, 5))).toEqual(['550 5', 'DUNNO', '550 5', 'DUNNO']);
    for (const byte of Buffer.from(text)) client.socket.write(Buffer.from([byte]));
    expect([await client.action(), await client.action(), await client.action(), await client.action()]).toEqual(
      actions,
    );
    client.close();
  });

  test('a request without end ends its connection, and no other', async () => {
    tested = await startTested(ordinary);
    const client = tested.client();
    client.socket.write(`sender=${'x'.repeat(40_000)}`);
    expect(await client.action()).toBe('');
    expect(await tested.ask('nobody@good.example')).toMatch(/^550/);
  });

  test('a client that closes its side is answered still', async () => {
    tested = await startTested(ordinary);
    const client = tested.client();
    client.socket.end(requestOf({ sender: 'nobody@good.example' }));
    expect(await client.action()).toMatch(/^550/);
    expect(await client.action()).toBe('');
  });
});

describe('asking while mail waits', () => {
  test('who is asked about is asked about once, however many ask', async () => {
    tested = await startTested(worldOf({ good: { ...good, replyMs: [100, 100] } }));
    const asking = Array.from({ length: 20 }, () => tested.ask('nobody@good.example'));
    const actions = new Set(await Promise.all(asking));
    expect([...actions]).toEqual([expect.stringMatching(/^550 /)]);
    expect(connections()).toBe(1);
  });

  test('what comes too late passes, and is known the next time', async () => {
    tested = await startTested(worldOf({ good: { ...good, replyMs: [150, 150] } }), rulesOf({ answerTimeoutMs: 100 }));
    expect(await tested.ask('nobody@good.example')).toBe('DUNNO');
    expect(tested.log).toEqual([expect.stringContaining('passed=too-late from=<nobody@good.example>')]);
    await vi.waitFor(async () => expect(await tested.ask('nobody@good.example')).toMatch(/^550/), { timeout: 5000 });
    expect(connections()).toBe(1);
  });

  test('a domain that takes anything proves nothing', async () => {
    const some = worldOf({ all: { rcpt: '250 2.1.5 fine' } });
    tested = await startTested(some, rulesOf(), { probe: { catchAll: true }, statePath: join(folder, 'state.db') });
    expect(await tested.ask('anna@all.example')).toBe('DUNNO');
    await tested.close();
    const state = openState(join(folder, 'state.db'), 'read');
    expect([...state.rows(1)].map(({ evidence }) => evidence?.catchAll)).toEqual([true]);
    state.close();
  });
});

describe('what is kept', () => {
  test('a restart loses nothing: results, and messages counted', async () => {
    tested = await startTested(ordinary, rulesOf(), { statePath: join(folder, 'state.db') });
    const senders = ['nobody@good.example', 'anna@good.example', 'anna@absent.example'];
    const before = await Promise.all(senders.map((sender) => tested.ask(sender)));
    await tested.ask('');
    const asked = connections();
    await tested.restart();
    expect(await Promise.all(senders.map((sender) => tested.ask(sender)))).toEqual(before);
    expect(connections()).toBe(asked);
    await tested.close();
    const state = openState(join(folder, 'state.db'), 'read');
    const rows = [...state.rows(1)];
    expect(rows.map(({ address, messages, rejectedMessages }) => `${address} ${messages} ${rejectedMessages}`)).toEqual(
      expect.arrayContaining(['anna@absent.example 0 2', 'anna@good.example 2 0', 'nobody@good.example 0 2']),
    );
    expect(state.survey('latest')?.inputTotals).toMatchObject({ messages: 6, nullSenders: 1, senders: 3 });
    expect(state.unfinishedSurvey()).toBeNull();
    state.close();
  });

  test('is refreshed while it serves, and asked for again when it is too old', async () => {
    tested = await startTested(ordinary);
    expect(await tested.ask('nobody@good.example')).toMatch(/^550/);
    tested.clock.aheadMs += 4 * 3_600_000;
    expect(await tested.ask('nobody@good.example')).toMatch(/^550/);
    await vi.waitFor(() => expect(connections()).toBe(2));
    await vi.waitFor(async () => {
      const today = new Date(tested.clock.now()).toISOString().slice(0, 10);
      expect(await tested.ask('nobody@good.example')).toContain(`said on ${today}`);
    });
    expect(connections()).toBe(2);
    tested.clock.aheadMs += 4 * day;
    expect(await tested.ask('nobody@good.example')).toMatch(/^550/);
    expect(connections()).toBe(3);
  });

  test('a good result is not replaced by a failed probe', async () => {
    const known = ['anna@good.example'];
    tested = await startTested(worldOf({ good: { rcpt: { known } } }), rulesOf(), {
      statePath: join(folder, 'state.db'),
    });
    expect(await tested.ask('anna@good.example')).toBe('DUNNO');
    known.pop();
    tested.clock.aheadMs += 8 * day;
    expect(await tested.ask('anna@good.example')).toBe('DUNNO');
    await vi.waitFor(() => expect(connections()).toBe(2));
    await tested.restart();
    expect(await tested.ask('anna@good.example')).toBe('DUNNO');
    expect(connections()).toBe(2);
    tested.clock.aheadMs += 23 * day;
    expect(await tested.ask('anna@good.example')).toMatch(/^550/);
  });
});

describe('under attack', () => {
  const victims = worldOf({ victim: good, other: { rcpt: '550 5.1.1 No such user' } });

  test('thousands of forged senders from one client', async () => {
    tested = await startTested(victims, rulesOf({ rates: { total: 100, client: 10, site: 20 } }));
    await attack(3000, () => '192.0.2.66');
    expect(tested.internet.counters.all.commands['RCPT']).toBe(10);
    expect(tested.log).toContainEqual(expect.stringContaining('passed=client-limit from=<forged'));
    expect(tested.log.length).toBeLessThan(20);
    expect(await tested.ask('nobody@other.example', { client_address: '192.0.2.67' })).toBe('DUNNO');
    expect(await tested.ask('nobody@other.example', { client_address: '198.51.100.1' })).toMatch(/^550/);
  });

  test('thousands of forged senders from many clients', async () => {
    tested = await startTested(victims, rulesOf({ rates: { total: 100, client: 10, site: 20 } }));
    await attack(3000, (i) => `10.${i % 200}.${i % 7}.1`);
    expect(tested.internet.counters.all.commands['RCPT']).toBe(20);
    expect(tested.internet.counters.all.connections).toBeLessThanOrEqual(20);
    expect(await tested.ask('nobody@other.example', { client_address: '198.51.100.1' })).toMatch(/^550/);
  });

  test('thousands of forged domains from many clients', async () => {
    tested = await startTested(victims, rulesOf({ rates: { total: 100, client: 10, site: 20 } }));
    await attack(
      3000,
      (i) => `10.${i % 200}.${i % 7}.1`,
      (i) => `d${i}.absent.example`,
    );
    expect(tested.internet.counters.questions.size).toBeLessThanOrEqual(100);
    expect(tested.log).toContainEqual(expect.stringContaining('passed=total-limit'));
  });

  test('what was asked a minute ago counts no more', async () => {
    tested = await startTested(victims, rulesOf({ rates: { ...noLimits, client: 1 } }));
    expect(await tested.ask('a@other.example')).toMatch(/^550/);
    expect(await tested.ask('b@other.example')).toBe('DUNNO');
    tested.clock.aheadMs += 60_000;
    expect(await tested.ask('b@other.example')).toMatch(/^550/);
  });

  /** From 50 connections. */
  async function attack(
    requests: number,
    addressOf: (i: number) => string,
    domainOf: (i: number) => string = () => 'victim.example',
  ): Promise<void> {
    let next = 0;
    const one = async (): Promise<void> => {
      const client = tested.client();
      for (let i = next++; i < requests; i = next++) {
        await client.ask({ sender: `forged${i}@${domainOf(i)}`, client_address: addressOf(i) });
      }
      client.close();
    };
    await Promise.all(Array.from({ length: 50 }, one));
  }
});

describe('doors', () => {
  test('a socket in the file system, with its mode, and gone at the end', async () => {
    const path = join(folder, 'policy.sock');
    tested = await startTested(ordinary, rulesOf(), { listen: { kind: 'unix', path, mode: 0o640 } });
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(await tested.ask('nobody@good.example')).toMatch(/^550/);
    await tested.close();
    expect(existsSync(path)).toBe(false);
  });

  test('a socket that nobody listens at any more is replaced, one in use is not', async () => {
    const path = join(folder, 'policy.sock');
    spawnSync(process.execPath, ['-e', `net.createServer().listen('${path}', () => process.kill(process.pid, 9))`]);
    expect(existsSync(path)).toBe(true);
    const settings = { listen: { kind: 'unix', path, mode: 0o660 } } as const;
    tested = await startTested(ordinary, rulesOf(), settings);
    expect(await tested.ask('nobody@good.example')).toMatch(/^550/);
    await expect(
      openDoor(
        settings.listen,
        () => {},
        () => {},
      ),
    ).rejects.toThrow('another program listens there');
    expect(await tested.ask('nobody@good.example')).toMatch(/^550/);
  });

  test('at the end, who waits passes', async () => {
    tested = await startTested(worldOf({ silent: { rcpt: 'silence' } }));
    const waiting = tested.ask('anna@silent.example');
    await vi.waitFor(() => expect(connections()).toBe(1));
    await tested.service.close();
    expect(await waiting).toBe('DUNNO');
  });
});
