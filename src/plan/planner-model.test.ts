/**
 * The planner against a model of the world: a clock that jumps from event to event, a pool of N slots, and sessions
 * that end well, early or not at all, as chance has it. What may start is worked out anew from the log of connections.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Evidence } from '../verdict/evidence.js';
import { rateWindowMs } from './gate.js';
import {
  Planner,
  type Batch,
  type BatchReport,
  type PlanLimits,
  type RankedServer,
  type Recipient,
} from './planner.js';

/**
 * What a session comes to: so many of its recipients asked, of whom the last are put off for our haste; no answer about
 * the first of them; or the server takes no part: nobody is there, it says nothing, it wants none of us, it is busy (421),
 * or not in the mood.
 */
type Fate =
  { readonly asked: number; readonly putOff: number } | 'silent' | 'dead' | 'mute' | 'refused' | 'busy' | 'declined';

interface Scenario {
  readonly limits: PlanLimits;
  readonly slots: number;
  readonly domains: readonly {
    readonly at: number;
    readonly senders: number;
    readonly servers: readonly RankedServer[];
  }[];
  /** Used in turn, over and over. */
  readonly sessions: readonly { readonly fate: Fate; readonly takes: number }[];
}

/** One connection: from `start` up to, not including, `end` (Infinity while open). */
interface Connection {
  readonly server: RankedServer;
  readonly start: number;
  end: number;
  /** What it told: known once it has ended. */
  told:
    'unreached' | 'unanswered' | 'silent' | 'refused' | 'complaint' | 'mixed complaint' | 'quiet' | 'nothing' | null;
  /** The domains it had replies about; for a silent one, the domain it had none about. */
  domains: readonly string[];
}

interface Sender {
  readonly recipient: Recipient;
  readonly domainId: number;
  /** Cut to the addresses that are tried at most. */
  readonly route: readonly RankedServer[];
  /** The same, the one it was asked at first before the others. */
  order: readonly RankedServer[];
  state: 'unknown' | 'waiting' | 'asked' | 'settled';
  /** Where in this order it is, how many tries that took since it was last in its lane, and how many of them reached. */
  place: number;
  failed: number;
  sessions: number;
  /** The addresses known to have no answers about its domain when it last waited there, in the order in which they were found. */
  avoided: readonly string[];
  /** How often it was put off, and how often it was asked in sessions that came to an answer about it. */
  putOff: number;
  answers: number;
}

/** What all connections to one site, or one address, so far amount to. */
interface Standing {
  readonly slow: boolean;
  readonly notBefore: number;
  readonly leftAlone: boolean;
}

const pauseMs = 60_000;

/** What the connections that have ended tell of the site or address that they went to, read from the first on. */
function standingOf(connections: readonly Connection[], key: 'site' | 'address'): Standing {
  let [level, inVain, complainedAt, pausedUntil, doubtedAt, refusals] = [0, 0, -Infinity, -Infinity, Infinity, 0];
  let leftAlone = false;
  for (const { told, start, end } of connections) {
    if (told !== 'unreached' && told !== 'unanswered') doubtedAt = Infinity;
    else if (key === 'address' && start >= doubtedAt + pauseMs / 2) leftAlone = true;
    else if (key === 'address' && doubtedAt === Infinity) doubtedAt = told === 'unreached' ? end : start;
    if (told === 'refused') refusals += 1;
    if (told === 'quiet') refusals = 0;
    const later = start >= complainedAt;
    if (told === 'quiet' && later && level > 0) {
      [level, inVain] = [level - 1, 0];
      pausedUntil = level === 0 ? -Infinity : end + pauseMs * 2 ** (level - 1);
    }
    if (told === 'complaint' || told === 'mixed complaint') {
      if (told === 'mixed complaint') inVain = 0;
      else if (later) [level, inVain] = [Math.min(4, level + 1), inVain + 1];
      level = Math.max(1, level);
      [complainedAt, pausedUntil] = [end, end + pauseMs * 2 ** (level - 1)];
    }
    leftAlone ||= refusals >= 2 || inVain >= 5;
  }
  const notBefore = Math.max(pausedUntil, doubtedAt === Infinity ? -Infinity : doubtedAt + pauseMs / 2);
  return { slow: level > 0 || doubtedAt < Infinity, notBefore, leftAlone };
}

/** Whether the last of the connections to one address, all ended, proves that it is silent: about a domain, or all. */
function isProof(connections: readonly Connection[], about: 'domain' | 'all'): boolean {
  const last = connections.at(-1)!;
  const [domain] = last.domains;
  const isBroken = ({ told, domains }: Connection): boolean =>
    told !== 'silent' && domains.length > 0 && (about === 'all' || domains.includes(domain!));
  const since = connections.slice(connections.findLastIndex(isBroken) + 1);
  return since.some(({ told, domains, start }) => {
    const counts = told === 'silent' && (domains[0] === domain) === (about === 'domain');
    return counts && last.start >= start + pauseMs / 2;
  });
}

function isSilentToAll(connections: readonly Connection[]): boolean {
  return connections.some(({ told }, i) => told === 'silent' && isProof(connections.slice(0, i + 1), 'all'));
}

class World {
  readonly planner: Planner;
  readonly connections: Connection[] = [];
  /** Those that have ended, in that order. */
  readonly #ended: Connection[] = [];
  readonly senders: Sender[] = [];
  readonly #scenario: Scenario;
  readonly #unloaded = new Map<number, Recipient[]>();
  readonly #events: { readonly at: number; readonly happen: () => void }[] = [];
  #now = 0;
  #open = 0;
  #begun = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.planner = new Planner(scenario.limits, (id, count) => this.#unloaded.get(id)?.splice(0, count) ?? []);
    for (const [id, { at, senders, servers }] of scenario.domains.entries()) {
      const added = Array.from({ length: senders }, (): Sender => this.#sender(id, servers));
      this.#unloaded.set(id, added.map(({ recipient }) => recipient)); // prettier-ignore
      this.#events.push({ at, happen: () => this.#add(id, added, servers) });
    }
  }

  /** Runs until nothing happens any more. */
  run(): void {
    for (;;) {
      this.#startAll();
      const next = this.#nextTime();
      if (next === null) return;
      assert.ok(next >= this.#now);
      this.#now = next;
      for (const event of this.#events.filter(({ at }) => at === next)) {
        this.#events.splice(this.#events.indexOf(event), 1);
        event.happen();
      }
    }
  }

  #sender(domainId: number, servers: readonly RankedServer[]): Sender {
    const mailbox = { localPart: 'a', domain: `d${domainId}.example`, smtputf8: false };
    const addresses = servers.map(({ address }) => address);
    const all = servers.filter(({ address }, i) => addresses.indexOf(address) === i);
    const route = all.slice(0, this.#scenario.limits.maxAddresses);
    const recipient = { senderId: this.senders.length, mailbox };
    const counts = { place: 0, failed: 0, sessions: 0, putOff: 0, answers: 0 };
    const sender: Sender = { recipient, domainId, route, order: route, avoided: [], state: 'unknown', ...counts };
    this.senders.push(sender);
    return sender;
  }

  #add(id: number, added: readonly Sender[], servers: readonly RankedServer[]): void {
    for (const sender of added) sender.state = 'waiting';
    this.#dismiss(this.planner.add(id, added.length, servers));
    this.#checkPlaces();
  }

  /** The next thing to happen: an event, or, where a slot is free, what the planner announces. */
  #nextTime(): number | null {
    const announced = this.#open < this.#scenario.slots ? this.planner.nextStart(this.#now) : null;
    const next = Math.min(announced ?? Infinity, ...this.#events.map(({ at }) => at));
    return next === Infinity ? null : next;
  }

  /** Fills the slots; whatever stays free must have had no work that may start, now or before the announced time. */
  #startAll(): void {
    while (this.#open < this.#scenario.slots) {
      const possible = this.#earliestStart();
      assert.equal(this.planner.nextStart(this.#now), possible === Infinity ? null : possible);
      const batch = this.planner.take(this.#now);
      assert.equal(batch !== null, possible === this.#now);
      if (batch === null) return;
      this.#begin(batch);
    }
  }

  #begin(batch: Batch): void {
    const { sessions } = this.#scenario;
    const { fate, takes } = sessions[this.#begun % sessions.length]!;
    this.#begun += 1;
    this.#open += 1;
    const asked = batch.recipients.map(({ senderId }) => this.senders[senderId]!);
    for (const sender of asked) {
      assert.equal(sender.state, 'waiting');
      const open = this.#nextServers(sender).filter((server) => this.#opensAt(server) === this.#now);
      const chosen = open.find((server) => server === batch.server);
      assert.ok(chosen);
      assert.equal(this.#loadOf(chosen), Math.min(...open.map((server) => this.#loadOf(server))));
      if (sender.failed === 0) sender.order = [chosen, ...sender.route.filter((server) => server !== chosen)];
      sender.place = sender.order.indexOf(chosen);
      sender.state = 'asked';
    }
    const { order, place } = asked[0]!;
    const connection: Connection = { server: order[place]!, start: this.#now, end: Infinity, told: null, domains: [] };
    this.connections.push(connection);
    this.#events.push({ at: this.#now + takes, happen: () => this.#end(batch, connection, asked, fate, takes) });
  }

  #end(batch: Batch, connection: Connection, asked: readonly Sender[], fate: Fate, takes: number): void {
    this.#open -= 1;
    const report = reportOf(batch, fate, takes);
    connection.end = this.#now;
    connection.told = toldBy(fate, report, batch.spentMs, takes);
    const domains = report.results.map(({ recipient }) => recipient.mailbox.domain);
    connection.domains = connection.told === 'nothing' ? [] : domains;
    this.#ended.push(connection);
    for (const sender of asked) sender.state = 'waiting';
    const due = new Set(asked.filter((sender) => this.#isDecided(sender, batch, fate, report)));
    if (connection.told === 'silent') this.#avoid(asked[0]!, connection);
    const { decided, dismissed } = this.planner.settle(batch, report, this.#now);
    this.#dismiss(dismissed);
    for (const { recipient, evidence } of decided) {
      const sender = this.senders[recipient.senderId]!;
      assert.ok(due.delete(sender) || this.#nextServers(sender).length === 0);
      if (sender.putOff > 0) assert.equal(evidence.event, 'reply');
      this.#settled(recipient);
    }
    assert.equal(due.size, 0);
    this.#checkPlaces();
  }

  /** Notes what became of one who was asked; whether that is the end of it, whatever the other servers are like. */
  #isDecided(sender: Sender, batch: Batch, fate: Fate, { results }: BatchReport): boolean {
    const { throttleRetries, maxSessions } = this.#scenario.limits;
    const isPutOff = (): boolean => {
      Object.assign(sender, { place: 0, failed: 0, sessions: 0, putOff: sender.putOff + 1 });
      return sender.putOff > throttleRetries;
    };
    if (typeof fate === 'object' || fate === 'silent') {
      const index = results.findIndex(({ recipient }) => recipient === sender.recipient);
      if (index === -1) return (Object.assign(sender, { place: 0, failed: 0, sessions: 0 }), false);
      if (isThrottledAt(results, index)) return isPutOff();
      if (fate !== 'silent') sender.answers += 1;
      return true;
    }
    sender.failed += 1;
    sender.sessions += fate === 'dead' ? 0 : 1;
    assert.ok(sender.failed <= this.#scenario.limits.maxAddresses);
    if (sender.sessions >= maxSessions) return fate === 'busy' ? isPutOff() : true;
    if (fate !== 'busy') return ((sender.place += 1), false);
    const elsewhere = sender.order.findIndex((server, i) => {
      const isBarred = this.#isLeftAlone(server) || sender.avoided.includes(server.address);
      return i > sender.place && server.site !== batch.server.site && !isBarred;
    });
    if (elsewhere === -1) return isPutOff();
    sender.place = elsewhere;
    return false;
  }

  /** Those who wait where the first of a silent session did, and are of its domain, do not wait for that server any more. */
  #avoid(first: Sender, { server }: Connection): void {
    const to = this.#ended.filter((connection) => connection.server.address === server.address);
    if (!this.#isSilentAbout(to)) return;
    const place = first.avoided.join(' ');
    for (const sender of this.senders) {
      const waits = sender.state === 'unknown' || (sender.state === 'waiting' && sender.failed === 0);
      if (!waits || sender.domainId !== first.domainId || sender.avoided.join(' ') !== place) continue;
      if (!sender.avoided.includes(server.address)) sender.avoided = [...sender.avoided, server.address];
    }
  }

  /** Whether what was proven about the domain of the last connection still stands. */
  #isSilentAbout(to: readonly Connection[]): boolean {
    const [domain] = to.at(-1)!.domains;
    const since = to.findLastIndex(({ told, domains }) => told !== 'silent' && domains.includes(domain!)) + 1;
    return to.some((connection, i) => {
      return (
        i >= since &&
        connection.told === 'silent' &&
        connection.domains[0] === domain &&
        isProof(to.slice(0, i + 1), 'domain')
      );
    });
  }

  #dismiss(dismissed: ReturnType<Planner['add']>): void {
    for (const { domainId, senders, evidence } of dismissed) {
      const rest = this.#unloaded.get(domainId)!.splice(0);
      assert.equal(rest.length, senders);
      assert.equal(evidence.attempts, 0);
      for (const recipient of rest) {
        assert.deepEqual(this.#nextServers(this.senders[recipient.senderId]!), []);
        this.#settled(recipient);
      }
    }
  }

  /** Whoever waits has a server to wait for. */
  #checkPlaces(): void {
    for (const sender of this.senders) assert.ok(sender.state !== 'waiting' || this.#nextServers(sender).length > 0);
  }

  #settled({ senderId }: Recipient): void {
    assert.equal(this.senders[senderId]!.state, 'waiting');
    this.senders[senderId]!.state = 'settled';
  }

  /** In a lane, any of the equal servers that come first; after a failure, the next. */
  #nextServers({ route, order, place, failed, avoided }: Sender): readonly RankedServer[] {
    const open = (failed > 0 ? order.slice(place) : route).filter((server) => {
      return !this.#isLeftAlone(server) && !avoided.includes(server.address);
    });
    return failed > 0 ? open.slice(0, 1) : open.filter(({ rank }) => rank === open[0]!.rank);
  }

  #loadOf(server: RankedServer): number {
    const open = this.connections.filter(({ end }) => end > this.#now);
    const keys = ['site', 'address'] as const;
    return keys.reduce((sum, key) => sum + open.filter((other) => other.server[key] === server[key]).length, 0);
  }

  #isLeftAlone(server: RankedServer): boolean {
    if ((['site', 'address'] as const).some((key) => this.#standing(server, key).leftAlone)) return true;
    return isSilentToAll(this.#ended.filter((connection) => connection.server.address === server.address));
  }

  #standing(server: RankedServer, key: 'site' | 'address'): Standing {
    const to = this.#ended.filter((connection) => connection.server[key] === server[key]);
    return standingOf(to, key);
  }

  /** When the first of the waiting senders could be asked, if no session ended before. */
  #earliestStart(): number {
    const waiting = this.senders.filter(({ state }) => state === 'waiting');
    return Math.min(...waiting.flatMap((sender) => this.#nextServers(sender).map((server) => this.#opensAt(server))));
  }

  #opensAt(server: RankedServer): number {
    const { siteSessions, siteRate } = this.#scenario.limits;
    const opens = (['site', 'address'] as const).map((key) => {
      const to = this.connections.filter((connection) => connection.server[key] === server[key]);
      const { slow, notBefore } = this.#standing(server, key);
      if (to.filter(({ end }) => end > this.#now).length >= (slow ? 1 : siteSessions)) return Infinity;
      const rate = siteRate === 0 ? this.#now : (to.at(-siteRate)?.start ?? -Infinity) + rateWindowMs;
      return Math.max(rate, notBefore);
    });
    return Math.max(this.#now, ...opens);
  }

  /** No connection went to anyone who was left alone when it began. */
  checkLeftAlone(): void {
    for (const connection of this.connections) {
      for (const key of ['site', 'address'] as const) {
        const before = this.#ended.filter(
          ({ server, end }) => server[key] === connection.server[key] && end < connection.start,
        );
        assert.equal(standingOf(before, key).leftAlone, false);
        assert.equal(key === 'address' && isSilentToAll(before), false);
      }
    }
  }
}

function isThrottledAt(results: BatchReport['results'], index: number): boolean {
  return results[index]?.evidence.replyCode === 450;
}

/** A wait for less time than was spent before proves nothing. */
function toldBy(fate: Fate, { results }: BatchReport, spentMs: number, takes: number): Connection['told'] {
  if (fate === 'dead') return 'unreached';
  if (fate === 'mute') return takes < spentMs ? 'nothing' : 'unanswered';
  if (fate === 'silent') return takes < spentMs ? 'nothing' : 'silent';
  if (fate === 'refused') return 'refused';
  if (fate === 'busy') return 'complaint';
  if (fate === 'declined') return 'nothing';
  const throttled = results.filter((_, i) => isThrottledAt(results, i)).length;
  if (throttled === 0) return 'quiet';
  return throttled < results.length ? 'mixed complaint' : 'complaint';
}

const openings = {
  dead: ['connection-refused', 'connect', null],
  mute: ['timeout', 'greeting', null],
  silent: ['timeout', 'rcpt', null],
  refused: ['reply', 'greeting', 554],
  busy: ['reply', 'greeting', 421],
  declined: ['reply', 'greeting', 451],
} as const;

function reportOf(batch: Batch, fate: Fate, takes: number): BatchReport {
  const [event, stage, replyCode] = typeof fate === 'object' ? (['reply', 'rcpt', 550] as const) : openings[fate];
  const evidence: Evidence = {
    event,
    stage,
    replyCode,
    enhancedCode: null,
    replyText: null,
    mxHost: batch.server.host,
    mxAddress: batch.server.address,
    site: batch.server.site,
    catchAll: null,
    checkedAt: 0,
    durationMs: batch.spentMs + takes,
    attempts: batch.attempts + 1,
  };
  const session = fate === 'dead' ? null : { startedAt: 0, durationMs: takes, tls: false };
  if (fate === 'silent') {
    const [recipient, ...unasked] = batch.recipients;
    return { results: [{ recipient: recipient!, evidence }], unasked, moveOn: null, session };
  }
  if (typeof fate !== 'object') return { results: [], unasked: batch.recipients, moveOn: evidence, session };
  const asked = batch.recipients.slice(0, fate.asked);
  const results = asked.map((recipient, i) => {
    const isPutOff = i >= asked.length - fate.putOff;
    return { recipient, evidence: isPutOff ? { ...evidence, replyCode: 450, enhancedCode: '4.7.0' } : evidence };
  });
  return { results, unasked: batch.recipients.slice(asked.length), moveOn: null, session };
}

/** Few addresses shared by few sites, some of them equal; in a fixed order, so that the model knows who comes next. */
const servers = ['one', 'two', 'three', 'four'].flatMap((site, i) =>
  ['a', 'b', 'c', 'd'].map((address, j): RankedServer => ({
    host: `${address}.${site}.example`,
    address,
    site: `${site}.example`,
    rank: Math.floor((4 * i + j) / 3),
  })),
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  limits: fc.record({
    siteSessions: fc.integer({ min: 1, max: 3 }),
    siteRate: fc.integer({ min: 0, max: 4 }),
    sitePauseMs: fc.constant(pauseMs),
    sessionRecipients: fc.integer({ min: 1, max: 4 }),
    maxAddresses: fc.integer({ min: 1, max: 5 }),
    maxSessions: fc.integer({ min: 1, max: 3 }),
    throttleRetries: fc.integer({ min: 0, max: 2 }),
  }),
  slots: fc.integer({ min: 1, max: 6 }),
  domains: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 100_000 }),
      senders: fc.integer({ min: 0, max: 8 }),
      servers: fc.subarray(servers, { minLength: 1, maxLength: 6 }),
    }),
    { maxLength: 10 },
  ),
  sessions: fc.array(
    fc.record({
      fate: fc.oneof(
        fc.record({ asked: fc.integer({ min: 1, max: 4 }), putOff: fc.integer({ min: 0, max: 4 }) }),
        fc.constantFrom<Fate>('dead', 'mute', 'silent', 'silent', 'refused', 'busy', 'declined', {
          asked: 4,
          putOff: 0,
        }),
      ),
      takes: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40_000 })),
    }),
    { minLength: 1, maxLength: 20 },
  ),
});

/** How many of the connections that some have in common were open at once at most. */
function mostAtOnce(connections: readonly Connection[]): number {
  const open = (at: number): number => connections.filter(({ start, end }) => start <= at && at < end).length;
  return Math.max(0, ...connections.map(({ start }) => open(start)));
}

test(
  'every sender gets one result, every limit holds at every moment, and no slot waits in vain',
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const world = new World(given);
        world.run();
        expect(world.planner.isDone()).toBe(true);
        expect(world.senders.filter(({ state }) => state !== 'settled')).toEqual([]);
        expect(world.senders.filter(({ answers }) => answers > 1)).toEqual([]);
        world.checkLeftAlone();
        const { siteSessions, siteRate } = given.limits;
        for (const key of ['site', 'address'] as const) {
          for (const name of new Set(servers.map((server) => server[key]))) {
            const group = world.connections.filter(({ server }) => server[key] === name);
            expect(mostAtOnce(group)).toBeLessThanOrEqual(siteSessions);
            const gaps = group.slice(siteRate).map(({ start }, i) => start - group[i]!.start);
            expect(siteRate === 0 ? Infinity : Math.min(...gaps)).toBeGreaterThanOrEqual(rateWindowMs);
          }
        }
      }),
      { numRuns: 300 },
    );
  },
);
