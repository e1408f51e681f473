/**
 * What a survey learns while it asks, in one process against small fake internets: whom it leaves alone, whom it asks
 * again, and when it stops.
 */
import { expect, test } from 'vitest';
import { startFakeInternet, type FakeInternet } from '../scripts/fake-internet/start.js';
import type { NameRecords, ServerBehaviour, World } from '../scripts/fake-internet/world.js';
import { askSenders, type AskSettings, type Watched } from './ask-senders.js';
import { createSystemClock } from './clock.js';
import { createNetworkGuard } from './exchangers/forbidden-networks.js';
import type { SafetyStop } from './plan/safety-stops.js';
import { openState } from './store/state.js';
import { judge } from './verdict/judge.js';

/** So many domains with a server each, of sites of their own; without behaviour nobody listens there. */
function worldOf(domains: number, behaviour: ServerBehaviour | null, from = 0): World {
  const numbers = Array.from({ length: domains }, (_, i) => from + i + 1);
  const names = numbers.flatMap((n): [string, NameRecords][] => [
    [`d${n}.example`, { mx: [`10 mx.d${n}.example`] }],
    [`mx.d${n}.example`, { a: [`127.30.1.${n}`] }],
  ]);
  const servers = behaviour === null ? [] : numbers.map((n): [string, ServerBehaviour] => [`127.30.1.${n}`, behaviour]);
  return { names: Object.fromEntries(names), servers: Object.fromEntries(servers) };
}

/** So many domains at the two servers of one operator. */
function hostedWorld(domains: number, behaviour: ServerBehaviour): World {
  const names: Record<string, NameRecords> = {
    'a.hoster.example': { a: ['127.30.2.1'] },
    'b.hoster.example': { a: ['127.30.2.2'] },
  };
  for (let n = 1; n <= domains; n++) names[`d${n}.example`] = { mx: ['10 a.hoster.example', '20 b.hoster.example'] };
  return { names, servers: { '127.30.2.1': behaviour, '127.30.2.2': behaviour } };
}

interface Run {
  readonly stop: SafetyStop | null;
  /** `verdict/reason` of each sender, `pending` where it has none. */
  readonly found: readonly string[];
  /** The addresses connected to, or tried. */
  readonly tried: readonly string[];
  readonly watched: readonly Watched[];
  readonly seen: FakeInternet['counters'];
}

type Changes = Partial<Pick<AskSettings, 'retry' | 'force'>> & { readonly abortAfterMs?: number };

/** Asks about so many senders of each domain. */
async function ask(world: World, sendersEach: number, changes: Changes = {}): Promise<Run> {
  const internet = await startFakeInternet(world);
  const state = openState('none', 'write');
  const domains = Object.keys(world.names).filter((name) => /^d\d+\./.test(name));
  const addresses = domains.flatMap((name) => Array.from({ length: sendersEach }, (_, i) => `s${i}@${name}`));
  const survey = state.beginSurvey(plan, 0, addresses.map(newSender));
  const settings: AskSettings = {
    concurrency: 20,
    limits: {
      siteSessions: 2,
      siteRate: 0,
      sitePauseMs: 60,
      sessionRecipients: 10,
      maxAddresses: 5,
      maxSessions: 2,
      throttleRetries: 2,
    },
    retry: { retries: 0, retryDelayMs: 0 },
    force: false,
    probe: {
      helo: 'survey.example',
      mailFrom: '',
      port: internet.smtpPort,
      tls: 'on-demand',
      catchAll: false,
      sessionRecipients: 10,
      connectTimeoutMs: 300,
      replyTimeoutMs: 1000,
      senderTimeoutMs: 10_000,
    },
    sourceAddresses: [],
    resolvers: [internet.resolver],
    ipVersion: 'any',
    guard: createNetworkGuard(['127.0.0.0/8']),
    ...changes,
  };
  const tried: string[] = [];
  const watched: Watched[] = [];
  const controller = new AbortController();
  if (changes.abortAfterMs !== undefined) setTimeout(() => controller.abort(), changes.abortAfterMs);
  let look: () => Watched = () => expect.unreachable('nothing is asked yet');
  try {
    const stop = await askSenders(survey.id, settings, state, {
      clock: createSystemClock(),
      random: Math.random,
      signal: controller.signal,
      listeners: {
        traceLine: ({ text }) => {
          const address = /^connecting to \S+ \[([\d.]+)\]/.exec(text)?.[1];
          if (address !== undefined) tried.push(address);
        },
      },
      listener: {
        asking: (given) => (look = given),
        decided: () => watched.push(look()),
      },
    });
    const rows = [...state.rows(survey.id)];
    const found = rows.map(({ evidence, address }) => (evidence === null ? 'pending' : reasonOf(evidence, address)));
    return { stop, found, tried, watched, seen: internet.counters };
  } finally {
    state.close();
    await internet.close();
  }
}

const plan = {
  command: 'test',
  startedAt: 0,
  concurrency: 20,
  settings: {},
  mail: 'accepted',
  sample: null,
  inputTotals: { files: 1, bytes: 0, lines: 0, messages: 0, nullSenders: 0, malformed: 0, senders: 0 },
} as const;

function newSender(address: string) {
  const domain = address.slice(address.indexOf('@') + 1);
  const times = { messages: 1, rejectedMessages: 0, firstSeen: null, lastSeen: null };
  return { address, domain, ...times, wanted: false, skipped: null };
}

function reasonOf(...given: Parameters<typeof judge>): string {
  const { verdict, reason } = judge(...given);
  return `${verdict}/${reason}`;
}

/** The world with one server more that takes everything, so that a connection comes about. */
function withOneAlive(world: World): World {
  const alive = worldOf(1, {}, 200);
  return { names: { ...world.names, ...alive.names }, servers: { ...world.servers, ...alive.servers } };
}

const counts = (found: readonly string[]): Record<string, number> => {
  const numbers: Record<string, number> = {};
  for (const word of found) numbers[word] = (numbers[word] ?? 0) + 1;
  return numbers;
};

test('a dead server is given a second look, and then no third, however many domains point to it', async () => {
  const names: Record<string, NameRecords> = { 'mx.dead.example': { a: ['127.30.3.3'] } };
  for (let n = 1; n <= 9; n++) names[`d${n}.example`] = { mx: ['10 mx.dead.example'] };
  const { found, tried, stop } = await ask(withOneAlive({ names, servers: {} }), 10);
  expect(counts(found)).toEqual({ 'unreachable/connection-refused': 90, 'accepted/ok': 10 });
  // Two sessions at once before anything is known, and the second look.
  const number = tried.filter((address) => address === '127.30.3.3').length;
  expect(number).toBeGreaterThanOrEqual(2);
  expect(number).toBeLessThanOrEqual(3);
  expect(stop).toBeNull();
});

test('where a dead server is the first of two, the second answers for all', async () => {
  const names: Record<string, NameRecords> = {
    'dead.hoster.example': { a: ['127.30.3.3'] },
    'mx.hoster.example': { a: ['127.30.3.4'] },
  };
  for (let n = 1; n <= 9; n++) names[`d${n}.example`] = { mx: ['10 dead.hoster.example', '20 mx.hoster.example'] };
  const { found, tried, seen } = await ask({ names, servers: { '127.30.3.4': {} } }, 10);
  expect(counts(found)).toEqual({ 'accepted/ok': 90 });
  expect(tried.filter((address) => address === '127.30.3.3').length).toBeLessThanOrEqual(3);
  expect([...seen.all.asked.values()].every((times) => times === 1)).toBe(true);
});

test('a site that refuses us twice is left alone, and all its senders have that evidence', async () => {
  const { found, tried } = await ask(hostedWorld(40, { greeting: '554 5.7.1 Go away' }), 3);
  expect(counts(found)).toEqual({ 'rejected/refused-us': 120 });
  // Those under way when it became clear, and none later.
  expect(tried.length).toBeLessThanOrEqual(3);
});

test('refusals in the words of block lists at RCPT count as well, those of single addresses do not', async () => {
  const listed = await ask(
    hostedWorld(40, { rcpt: '554 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org' }),
    3,
  );
  expect(counts(listed.found)).toEqual({ 'rejected/refused-us': 120 });
  expect(listed.tried.length).toBeLessThanOrEqual(3);
  const single = await ask(hostedWorld(40, { rcpt: '550 5.7.1 Not authorized to send to this group' }), 3);
  expect(counts(single.found)).toEqual({ 'rejected/refused-us': 120 });
  expect(single.seen.all.asked.size).toBe(120);
});

test('a site that has enough of us is slowed down until it answers', async () => {
  const { found, seen, tried } = await ask(hostedWorld(20, { limits: { sessionsAtOnce: 1 }, replyMs: [5, 5] }), 3);
  expect(counts(found)).toEqual({ 'accepted/ok': 60 });
  expect(seen.all.withoutQuit).toBe(0);
  expect([...seen.all.asked.values()].every((times) => times === 1)).toBe(true);
  // Its second server is no way around the first one's 421.
  expect(tried.filter((address) => address === '127.30.2.2')).toEqual([]);
});

test('a site that always has enough of us is given up, its deferral stands', async () => {
  const { found, tried } = await ask(hostedWorld(20, { greeting: '421 4.7.0 Too many connections' }), 3);
  expect(counts(found)).toEqual({ 'deferred/throttled': 60 });
  expect(tried.length).toBeLessThanOrEqual(7);
});

test('those deferred are asked again after the delay, the last answer stands', async () => {
  const { found, seen, watched } = await ask(worldOf(3, { greylistMs: 100 }), 4, {
    retry: { retries: 1, retryDelayMs: 200 },
  });
  expect(counts(found)).toEqual({ 'accepted/ok': 12 });
  expect([...seen.all.asked.values()]).toEqual(Array.from({ length: 12 }, () => 2));
  expect(Math.max(...watched.map(({ toAskAgain }) => toAskAgain))).toBe(12);
  expect(seen.all.withoutQuit).toBe(0);
});

test('those deferred are asked no more often than told', async () => {
  const { found, seen } = await ask(worldOf(2, { greylistMs: Infinity }), 2, {
    retry: { retries: 2, retryDelayMs: 30 },
  });
  expect(counts(found)).toEqual({ 'deferred/greylisted': 4 });
  expect([...seen.all.asked.values()]).toEqual([3, 3, 3, 3]);
});

test('an interrupt while only retries wait ends at once, and what was answered is kept', async () => {
  const startedAt = Date.now();
  const { found } = await ask(worldOf(2, { greylistMs: Infinity }), 2, {
    retry: { retries: 1, retryDelayMs: 3_600_000 },
    abortAfterMs: 300,
  });
  expect(counts(found)).toEqual({ 'deferred/greylisted': 4 });
  expect(Date.now() - startedAt).toBeLessThan(3000);
});

test('no connection anywhere: stops, and calls nobody unreachable', async () => {
  const { stop, found, tried } = await ask(worldOf(60, null), 1);
  expect(stop).toEqual({ kind: 'no-connections', sites: 30, events: [['connection-refused', 30]] });
  expect(counts(found)).toEqual({ pending: 60 });
  expect(tried.length).toBeLessThanOrEqual(50);
});

test('no connection anywhere, and only some sites: found out at the end', async () => {
  const { stop, found } = await ask(worldOf(15, null), 2);
  expect(stop).toMatchObject({ kind: 'no-connections', sites: 15 });
  expect(counts(found)).toEqual({ pending: 30 });
});

test.for([
  ['a handful of sites', worldOf(9, null), {}, { 'unreachable/connection-refused': 18 }],
  ['--force', worldOf(20, null), { force: true }, { 'unreachable/connection-refused': 40 }],
  ['one server alive', withOneAlive(worldOf(20, null)), {}, { 'unreachable/connection-refused': 40, 'accepted/ok': 2 }],
] as const)('no stop: %s', async ([, world, changes, expected]) => {
  const { stop, found } = await ask(world, 2, changes);
  expect(stop).toBeNull();
  expect(counts(found)).toEqual(expected);
});

test('most sites refuse us: stops, and names the block list and our address', async () => {
  const refusal = '554 5.7.1 Service unavailable; Client host [{ip}] blocked using zen.spamhaus.org';
  const { stop, found } = await ask(worldOf(60, { greeting: refusal, greetingMs: [5, 5] }), 1);
  expect(stop).toMatchObject({
    kind: 'refused',
    blockLists: [['Spamhaus (zen.spamhaus.org)', expect.any(Number) as number]],
    ownAddresses: ['127.0.0.1'],
  });
  const numbers = counts(found);
  expect(numbers['rejected/refused-us']).toBeGreaterThanOrEqual(10);
  expect(numbers['pending']).toBeGreaterThan(0);
});

test('most sites refuse us and --force: goes on', async () => {
  const { stop, found } = await ask(worldOf(30, { greeting: '554 5.7.1 No' }), 1, { force: true });
  expect(stop).toBeNull();
  expect(counts(found)).toEqual({ 'rejected/refused-us': 30 });
});
