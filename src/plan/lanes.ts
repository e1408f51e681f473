/**
 * All senders that no server was tried for yet, by lane, each lane waiting in the schedule for its servers. A lane all
 * of whose servers are left alone is given up at once.
 */
import type { Evidence } from '../verdict/evidence.js';
import { Attempt } from './attempt.js';
import type { Recipient } from './batch.js';
import { Lane, laneKey, type LoadRecipients } from './lane.js';
import { withoutAsking, type Lessons } from './lessons.js';
import type { Outcome } from './outcome.js';
import type { Bar, RankedServer, Route } from './route.js';
import type { Schedule } from './schedule.js';

/** Lanes and domains that wait at most before no more should be added: some 50 MB. */
const roomFor = { lanes: 5_000, domains: 100_000 } as const;

/** The lanes with senders waiting. */
export class Lanes {
  readonly #schedule: Schedule<Lane | Attempt>;
  readonly #lessons: Lessons;
  readonly #load: LoadRecipients;
  readonly #lanes = new Map<string, Lane>();
  #domains = 0;

  constructor(schedule: Schedule<Lane | Attempt>, lessons: Lessons, load: LoadRecipients) {
    this.#schedule = schedule;
    this.#lessons = lessons;
    this.#load = load;
  }

  /** Whether more may be added without memory growing for nothing: enough waits already where not. */
  get haveRoom(): boolean {
    return this.#lanes.size < roomFor.lanes && this.#domains < roomFor.domains;
  }

  /** Which servers those of a lane are not to be asked at. */
  barFor({ silent }: Lane): Bar {
    return (server) => silent.get(server.address) ?? this.#lessons.verdictOn(server);
  }

  /** Adds so many senders of a domain. */
  add(domainId: number, senders: number, route: Route, outcome: Outcome): void {
    const key = laneKey(route);
    const lane = this.#lanes.get(key) ?? new Lane(key, route);
    lane.add(domainId, senders, route);
    this.#domains += 1;
    this.#lengthened(lane, senders, outcome);
  }

  /** Takes the next senders of a lane whose turn it is, `count` at most, to ask them at one of its servers. */
  draw(lane: Lane, server: RankedServer, count: number): Attempt {
    const before = lane.domains;
    const attempt = Attempt.first(lane, lane.take(count, this.#load), server);
    this.#domains -= before - lane.domains;
    if (lane.waiting === 0) this.#lanes.delete(lane.key);
    // What is at the head of the schedule is not left alone, and the other domains have the same servers.
    else if (lane.chooseRoute(this.barFor(lane)) === null) this.#schedule.put(lane);
    return attempt;
  }

  /** The senders become part of their lane again, to share a session with others of it; what was tried for them is void. */
  giveBack(from: Lane, recipients: readonly Recipient[], outcome: Outcome): void {
    if (recipients.length === 0) return;
    const lane = this.#lanes.get(from.key) ?? from;
    lane.giveBack(recipients);
    this.#lengthened(lane, recipients.length, outcome);
  }

  /** Senders of a domain that a server has no answers about wait apart from others, about whom it may have some. */
  setApart(from: Lane, server: RankedServer, domain: string, evidence: Evidence, now: number, outcome: Outcome): void {
    const lane = this.#lanes.get(from.key);
    if (lane === undefined) return;
    this.#schedule.remove(lane, now);
    const found = lane.without(server, domain, withoutAsking(evidence));
    const apart = this.#lanes.get(found.key) ?? found;
    const moved = lane.hand(domain, apart);
    if (lane.waiting === 0) this.#lanes.delete(lane.key);
    else this.enter(lane, outcome);
    if (moved > 0) this.#lengthened(apart, moved, outcome);
  }

  /** Lets a lane wait for its servers, or gives it up where all of them are left alone. */
  enter(lane: Lane, outcome: Outcome): void {
    const evidence = lane.chooseRoute(this.barFor(lane));
    if (evidence === null) return this.#schedule.put(lane);
    this.#lanes.delete(lane.key);
    this.#domains -= lane.domains;
    const { loaded, domains } = lane.clear();
    outcome.decide(loaded, evidence);
    for (const [domainId, senders] of domains) outcome.dismissed.push({ domainId, senders, evidence });
  }

  #lengthened(lane: Lane, by: number, outcome: Outcome): void {
    if (lane.waiting > by) {
      this.#schedule.grow(lane, by);
      return;
    }
    this.#lanes.set(lane.key, lane);
    this.enter(lane, outcome);
  }
}
