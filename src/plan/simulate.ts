/**
 * A survey that does not happen: the planner itself, with a clock that jumps and sessions that all go well.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Batch, Planner } from './planner.js';
import { Heap, type HeapItem } from './heap.js';

/** How long sessions are taken to last, milliseconds. */
export interface Assumptions {
  /** For each session: connection, greeting, EHLO, MAIL, QUIT. */
  readonly sessionMs: number;
  /** For each recipient. */
  readonly recipientMs: number;
}

/** What a site would be asked. */
export interface SiteLoad {
  readonly site: string;
  senders: number;
  sessions: number;
  /** When its last session ends, milliseconds after the start. */
  lastsMs: number;
}

/** What a survey would come to. */
export interface Simulation {
  readonly senders: number;
  readonly sessions: number;
  readonly mostAtOnce: number;
  /** When 97 % of the senders, and all of them, are asked, milliseconds after the start. */
  readonly at97Ms: number;
  readonly endMs: number;
  /** Most senders first. */
  readonly sites: readonly SiteLoad[];
}

/** A session under way. */
export class SimulatedSession implements HeapItem {
  heapIndex = 0;
  readonly batch: Batch;
  readonly endsAt: number;

  constructor(batch: Batch, endsAt: number) {
    this.batch = batch;
    this.endsAt = endsAt;
  }
}

/** Asks all that the planner has, with so many sessions at once. */
export function simulate(planner: Planner, concurrency: number, assumptions: Assumptions): Simulation {
  const total = planner.outlook().waiting;
  const open = new Heap<SimulatedSession>((a, b) => a.endsAt < b.endsAt);
  const sites = new Map<string, SiteLoad>();
  let [now, senders, sessions, opened, mostAtOnce, at97Ms] = [0, 0, 0, 0, 0, 0];
  for (;;) {
    for (
      let batch = takeIf(planner, opened < concurrency, now);
      batch;
      batch = takeIf(planner, opened < concurrency, now)
    ) {
      open.push(new SimulatedSession(batch, now + lengthOf(batch, assumptions)));
      sessions += 1;
      opened += 1;
      mostAtOnce = Math.max(mostAtOnce, opened);
    }
    const ending = open.peek();
    const start = opened < concurrency ? planner.nextStart(now) : null;
    const next = Math.min(ending?.endsAt ?? Infinity, start ?? Infinity);
    if (next === Infinity) break;
    now = next;
    if (ending === undefined || ending.endsAt > now) continue;
    open.remove(ending);
    opened -= 1;
    settle(planner, ending.batch, now);
    count(sites, ending.batch, now);
    if (senders < total * 0.97) at97Ms = now;
    senders += ending.batch.recipients.length;
  }
  const biggestFirst = [...sites.values()].toSorted((a, b) => b.senders - a.senders);
  return { senders, sessions, mostAtOnce, at97Ms, endMs: now, sites: biggestFirst };
}

function takeIf(planner: Planner, isFree: boolean, now: number): Batch | null {
  return isFree ? planner.take(now) : null;
}

function lengthOf(batch: Batch, { sessionMs, recipientMs }: Assumptions): number {
  return sessionMs + recipientMs * batch.recipients.length;
}

function count(sites: Map<string, SiteLoad>, { server, recipients }: Batch, now: number): void {
  const load = sites.get(server.site) ?? { site: server.site, senders: 0, sessions: 0, lastsMs: 0 };
  load.senders += recipients.length;
  load.sessions += 1;
  load.lastsMs = now;
  sites.set(server.site, load);
}

const accepted: Evidence = {
  event: 'reply',
  stage: 'rcpt',
  replyCode: 250,
  enhancedCode: null,
  replyText: null,
  mxHost: null,
  mxAddress: null,
  site: null,
  catchAll: null,
  checkedAt: 0,
  durationMs: 0,
  attempts: 1,
};

function settle(planner: Planner, batch: Batch, now: number): void {
  const results = batch.recipients.map((recipient) => ({ recipient, evidence: accepted }));
  const session = { startedAt: 0, durationMs: 0, tls: false };
  planner.settle(batch, { results, unasked: [], moveOn: null, session }, now);
}
