/**
 * The planner against a model of the world: a clock that jumps from event to event, a pool of N slots, and sessions
 * that end well, early or not at all, as chance has it. What may start is worked out anew from the log of connections.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Evidence } from '../verdict/evidence.js';
import { Planner, type Batch, type BatchReport, type PlanLimits, type Recipient, type Server } from './planner.js';

/** What a session comes to: so many of its recipients asked, or the server takes no part. */
type Fate = { readonly asked: number } | 'dead' | 'refused';

interface Scenario {
  readonly limits: PlanLimits;
  readonly slots: number;
  readonly domains: readonly { readonly at: number; readonly senders: number; readonly servers: readonly Server[] }[];
  /** Used in turn, over and over. */
  readonly sessions: readonly { readonly fate: Fate; readonly takes: number }[];
}

/** One connection: from `start` up to, not including, `end` (Infinity while open). */
interface Connection {
  readonly server: Server;
  readonly start: number;
  end: number;
}

interface Sender {
  readonly recipient: Recipient;
  readonly route: readonly Server[];
  state: 'unknown' | 'waiting' | 'asked' | 'settled';
  /** Addresses that took no part since it was last in its lane, and how many of them were reached. */
  readonly failed: string[];
  sessions: number;
}

class World {
  readonly planner: Planner;
  readonly connections: Connection[] = [];
  readonly senders: Sender[] = [];
  readonly #scenario: Scenario;
  readonly #events: { readonly at: number; readonly happen: () => void }[] = [];
  #now = 0;
  #open = 0;
  #begun = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const byDomain = new Map<number, Recipient[]>();
    this.planner = new Planner(scenario.limits, (id, count) => (byDomain.get(id) ?? []).splice(0, count));
    for (const [id, { at, senders, servers }] of scenario.domains.entries()) {
      const added = Array.from({ length: senders }, (): Sender => this.#sender(id, servers));
      byDomain.set(id, added.map(({ recipient }) => recipient)); // prettier-ignore
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

  #sender(domainId: number, servers: readonly Server[]): Sender {
    const mailbox = { localPart: 'a', domain: `d${domainId}.example`, smtputf8: false };
    const addresses = servers.map(({ address }) => address);
    const route = servers.filter(({ address }, i) => addresses.indexOf(address) === i);
    const recipient = { senderId: this.senders.length, mailbox };
    const sender: Sender = { recipient, route, state: 'unknown', failed: [], sessions: 0 };
    this.senders.push(sender);
    return sender;
  }

  #add(id: number, added: readonly Sender[], servers: readonly Server[]): void {
    for (const sender of added) sender.state = 'waiting';
    this.planner.add(id, added.length, servers);
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
      assert.ok(!sender.failed.includes(batch.server.address));
      sender.state = 'asked';
    }
    const connection = { server: batch.server, start: this.#now, end: Infinity };
    this.connections.push(connection);
    this.#events.push({ at: this.#now + takes, happen: () => this.#end(batch, connection, asked, fate, takes) });
  }

  #end(batch: Batch, connection: Connection, asked: readonly Sender[], fate: Fate, takes: number): void {
    connection.end = this.#now;
    this.#open -= 1;
    for (const sender of asked) this.#outcome(sender, batch, fate);
    const report = reportOf(batch, fate, takes);
    for (const { recipient } of report.results) this.#settled(recipient);
    const { exhausted } = this.planner.settle(batch, report, this.#now);
    for (const { recipient, evidence } of exhausted) {
      this.#settled(recipient);
      const { failed, sessions, route } = this.senders[recipient.senderId]!;
      const { maxAddresses, maxSessions } = this.#scenario.limits;
      assert.equal(evidence.attempts, failed.length);
      assert.equal(evidence.stage, sessions > 0 ? 'greeting' : 'connect');
      assert.ok(sessions === maxSessions || failed.length === Math.min(maxAddresses, route.length));
    }
  }

  #outcome(sender: Sender, batch: Batch, fate: Fate): void {
    sender.state = 'waiting';
    if (typeof fate === 'object') {
      sender.failed.length = 0;
      sender.sessions = 0;
    } else {
      sender.failed.push(batch.server.address);
      sender.sessions += fate === 'refused' ? 1 : 0;
      assert.ok(sender.failed.length <= this.#scenario.limits.maxAddresses);
      assert.ok(sender.sessions <= this.#scenario.limits.maxSessions);
    }
  }

  #settled({ senderId }: Recipient): void {
    assert.equal(this.senders[senderId]!.state, 'waiting');
    this.senders[senderId]!.state = 'settled';
  }

  /** When the first of the waiting senders could be asked, if no session ended before. */
  #earliestStart(): number {
    const waiting = this.senders.filter(({ state }) => state === 'waiting');
    return Math.min(...waiting.map(({ route, failed }) => this.#opensAt(route[failed.length]!)));
  }

  #opensAt(server: Server): number {
    const { siteSessions, siteRate } = this.#scenario.limits;
    const opens = (['site', 'address'] as const).map((key) => {
      const to = this.connections.filter((connection) => connection.server[key] === server[key]);
      if (to.filter(({ end }) => end > this.#now).length >= siteSessions) return Infinity;
      return siteRate === 0 ? this.#now : (to.at(-siteRate)?.start ?? -Infinity) + 60_000;
    });
    return Math.max(this.#now, ...opens);
  }
}

function reportOf(batch: Batch, fate: Fate, takes: number): BatchReport {
  const stage = typeof fate === 'object' ? 'rcpt' : fate === 'dead' ? 'connect' : 'greeting';
  const evidence: Evidence = {
    event: fate === 'dead' ? 'connection-timeout' : 'reply',
    stage,
    replyCode: fate === 'dead' ? null : 550,
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
  const asked = typeof fate === 'object' ? Math.min(fate.asked, batch.recipients.length) : 0;
  return {
    results: batch.recipients.slice(0, asked).map((recipient) => ({ recipient, evidence })),
    unasked: batch.recipients.slice(asked),
    moveOn: typeof fate === 'object' ? null : evidence,
    session: fate === 'dead' ? null : { startedAt: 0, durationMs: takes, tls: false },
  };
}

/** Few addresses shared by few sites; in a fixed order, so that the model knows each sender's next server. */
const servers = ['one', 'two', 'three', 'four'].flatMap((site) =>
  ['a', 'b', 'c', 'd'].map((address): Server => ({
    host: `${address}.${site}.example`,
    address,
    site: `${site}.example`,
  })),
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  limits: fc.record({
    siteSessions: fc.integer({ min: 1, max: 3 }),
    siteRate: fc.integer({ min: 0, max: 4 }),
    sessionRecipients: fc.integer({ min: 1, max: 4 }),
    maxAddresses: fc.integer({ min: 1, max: 5 }),
    maxSessions: fc.integer({ min: 1, max: 3 }),
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
        fc.record({ asked: fc.integer({ min: 1, max: 4 }) }),
        fc.constantFrom<Fate>('dead', 'refused', { asked: 4 }),
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

test('every sender gets one result, every limit holds at every moment, and no slot waits in vain', () => {
  fc.assert(
    fc.property(scenario, (given) => {
      const world = new World(given);
      world.run();
      expect(world.planner.isDone()).toBe(true);
      expect(world.senders.filter(({ state }) => state !== 'settled')).toEqual([]);
      const { siteSessions, siteRate } = given.limits;
      for (const key of ['site', 'address'] as const) {
        for (const name of new Set(servers.map((server) => server[key]))) {
          const group = world.connections.filter(({ server }) => server[key] === name);
          expect(mostAtOnce(group)).toBeLessThanOrEqual(siteSessions);
          const gaps = group.slice(siteRate).map(({ start }, i) => start - group[i]!.start);
          expect(siteRate === 0 ? Infinity : Math.min(...gaps)).toBeGreaterThanOrEqual(60_000);
        }
      }
    }),
    { numRuns: 500 },
  );
});
