/**
 * Who is asked next. All senders whose mail servers belong to one site queue together; a site is given no more
 * sessions at once, and no more new ones a minute, than courtesy allows. Pure: time comes in as an argument.
 */
import type { Evidence } from '../verdict/evidence.js';
import { assertComplete } from './assert-complete.js';
import { Attempt, type FailoverLimits } from './attempt.js';
import type { Batch, BatchReport, Decision, Recipient } from './batch.js';
import { conductOf, isThrottled, type Conduct } from './conduct.js';
import type { GateLimits } from './gate.js';
import { Lane, laneKey, type LoadRecipients } from './lane.js';
import { Lessons, withoutAsking } from './lessons.js';
import { PutOff } from './put-off.js';
import { routeOver, type Bar, type RankedServer } from './route.js';
import { Schedule, type Target } from './schedule.js';

export type { Batch, BatchReport, Decision, Recipient, Server } from './batch.js';
export type { Conduct } from './conduct.js';
export type { LoadRecipients } from './lane.js';
export type { RankedServer } from './route.js';

/** How much is asked of the servers of others. */
export interface PlanLimits extends GateLimits, FailoverLimits {
  /** Recipients asked about in one session at most. */
  readonly sessionRecipients: number;
  /** How often a recipient is asked again at most where the server said that we are too many or too fast. */
  readonly throttleRetries: number;
}

/** Senders of a domain who will not be asked, since their servers are left alone; none of them was loaded. */
export interface Dismissal {
  readonly domainId: number;
  readonly senders: number;
  readonly evidence: Evidence;
}

/** What a report came to. */
export interface Settlement {
  /** Those decided: by their answer, or since no server is left to try. */
  readonly decided: readonly Decision[];
  readonly dismissed: readonly Dismissal[];
  /** What the session told of the server. */
  readonly conduct: Conduct;
}

/** For people who watch: how far the plan is. */
export interface Outlook {
  /** Senders waiting for their turn. */
  readonly waiting: number;
  /** Senders being asked. */
  readonly inFlight: number;
  /** Sessions open, or being opened. */
  readonly sessions: number;
}

/** Sites and domains that wait at most before no more should be added: some 50 MB. */
const roomFor = { lanes: 5_000, domains: 100_000 } as const;

/** What becomes certain while something is worked out. */
interface Outcome {
  readonly decided: Decision[];
  readonly dismissed: Dismissal[];
}

/** A batch under way. */
interface Flight {
  readonly startedAt: number;
  readonly attempt: Attempt;
  readonly stations: Target<Lane | Attempt>;
}

/**
 * The plan of a survey. Times are milliseconds on a clock that never goes back. The caller takes batches while it has
 * slots free, carries them out, and settles each; when nothing can be taken it waits for a settlement or `nextStart`.
 */
export class Planner {
  readonly #limits: PlanLimits;
  readonly #loadRecipients: LoadRecipients;
  readonly #schedule: Schedule<Lane | Attempt>;
  readonly #lessons: Lessons;
  readonly #putOff: PutOff;
  /** Those with senders waiting, by `laneKey`. */
  readonly #lanes = new Map<string, Lane>();
  readonly #inFlight = new Map<Batch, Flight>();
  #domains = 0;
  #asking = 0;
  #brokenOff = false;

  constructor(limits: PlanLimits, loadRecipients: LoadRecipients) {
    this.#limits = limits;
    this.#loadRecipients = loadRecipients;
    this.#schedule = new Schedule(limits);
    this.#lessons = new Lessons(limits.sitePauseMs);
    this.#putOff = new PutOff(limits.throttleRetries);
  }

  /**
   * Adds so many senders of a domain; servers in the order to try them, at least one. Gives them back at once where
   * all the servers are left alone.
   */
  add(domainId: number, senders: number, servers: readonly RankedServer[]): readonly Dismissal[] {
    const route = routeOver(servers, this.#limits.maxAddresses);
    if (route === null) throw new Error(`domain ${domainId} has no servers to be asked at`);
    if (senders === 0) return [];
    const key = laneKey(route);
    const lane = this.#lanes.get(key) ?? new Lane(key, route);
    lane.add(domainId, senders, route);
    this.#domains += 1;
    const outcome: Outcome = { decided: [], dismissed: [] };
    this.#lengthened(lane, senders, outcome);
    return outcome.dismissed;
  }

  /** The next batch that may start at this time, which is then held to have started; null where none may. */
  take(now: number): Batch | null {
    if (this.#brokenOff) throw new Error('a session ended before it asked anybody, and gave no reason to move on');
    for (let turn = this.#schedule.next(now); turn !== null; turn = this.#schedule.next(now)) {
      const attempt = turn.work instanceof Lane ? this.#draw(turn.work, turn.server) : turn.work;
      if (attempt.recipients.length > 0) return this.#start(attempt, turn.stations, now);
    }
    return null;
  }

  /**
   * The earliest time at which a batch may start should no session end before; null where nothing waits for time
   * alone. (Where `LoadRecipients` gave less than was announced, there may turn out to be none.)
   */
  nextStart(now: number): number | null {
    return this.#schedule.nextStart(now);
  }

  /**
   * Hands in what came of a batch, and learns from it. A report of nothing at all says that the survey was broken off:
   * nothing may be taken after it.
   */
  settle(batch: Batch, report: BatchReport, now: number): Settlement {
    const flight = this.#inFlight.get(batch);
    if (flight === undefined) throw new Error('a batch was settled that was not in flight');
    assertComplete(batch, report);
    this.#inFlight.delete(batch);
    this.#asking -= batch.recipients.length;
    const { attempt, stations, startedAt } = flight;
    const conduct = conductOf(batch, report);
    const leftAlone = this.#lessons.learn(stations, conduct, report.results, startedAt, now);
    this.#schedule.end(stations, now);
    const outcome: Outcome = { decided: [], dismissed: [] };
    if (report.moveOn !== null) this.#failOver(attempt, report.moveOn, report.session !== null, conduct, outcome);
    else this.#conclude(attempt, report, outcome);
    if (conduct.kind === 'silent') this.#setApart(attempt, conduct.domain, conduct.evidence, now, outcome);
    for (const station of leftAlone) this.#reroute(this.#schedule.takeOut(station, now), outcome);
    this.#brokenOff ||= report.moveOn === null && report.results.length === 0 && report.again !== true;
    return { conduct, ...outcome };
  }

  /** How far the plan is. */
  outlook(): Outlook {
    return { waiting: this.#schedule.waiting, inFlight: this.#asking, sessions: this.#inFlight.size };
  }

  /** Whether more may be added without memory growing for nothing: enough waits already where not. */
  hasRoom(): boolean {
    return this.#lanes.size < roomFor.lanes && this.#domains < roomFor.domains;
  }

  /** The site with the most senders waiting, null where none waits. Looks at every site: not for every session. */
  busiest(): { readonly site: string; readonly waiting: number } | null {
    return this.#schedule.busiest();
  }

  /** Whether all that was added is settled. */
  isDone(): boolean {
    return this.#schedule.waiting === 0 && this.#inFlight.size === 0;
  }

  #barFor({ silent }: Lane): Bar {
    return (server) => silent.get(server.address) ?? this.#lessons.verdictOn(server);
  }

  #draw(lane: Lane, server: RankedServer): Attempt {
    const before = lane.domains;
    const attempt = Attempt.first(lane, lane.take(this.#limits.sessionRecipients, this.#loadRecipients), server);
    this.#domains -= before - lane.domains;
    if (lane.waiting === 0) this.#lanes.delete(lane.key);
    // What is at the head of the schedule is not left alone, and the other domains have the same servers.
    else if (lane.chooseRoute(this.#barFor(lane)) === null) this.#schedule.put(lane);
    return attempt;
  }

  #start(attempt: Attempt, stations: Target<Lane | Attempt>, now: number): Batch {
    const batch = attempt.batch();
    this.#schedule.begin(stations, now);
    this.#inFlight.set(batch, { attempt, stations, startedAt: now });
    this.#asking += batch.recipients.length;
    return batch;
  }

  /** Keeps what was decided; those whom the server put off for our haste are asked again, after the pause it gets. */
  #conclude(attempt: Attempt, { results, unasked }: BatchReport, { decided, ...rest }: Outcome): void {
    const again = results.filter(({ recipient, evidence }) => {
      return isThrottled(recipient, evidence) && this.#putOff.again(recipient, evidence);
    });
    const stand = results.filter((result) => !again.includes(result));
    decided.push(...stand.map((result) => this.#putOff.conclude(result)));
    const back = [...again.map(({ recipient }) => recipient), ...unasked];
    if (back.length > 0) this.#giveBack(attempt.lane, back, { decided, ...rest });
  }

  /** On to the next server. One that throttles us answers for all of its site: those are not asked at once instead. */
  #failOver(attempt: Attempt, failure: Evidence, connected: boolean, conduct: Conduct, outcome: Outcome): void {
    const { site } = attempt.server;
    const isThrottling = conduct.kind === 'throttled';
    const leftAlone = this.#barFor(attempt.lane);
    const bar: Bar = (server) => (isThrottling && server.site === site ? failure : leftAlone(server));
    const next = attempt.failed(failure, connected, this.#limits, bar);
    if (next instanceof Attempt) return this.#schedule.put(next);
    const again = isThrottling ? attempt.recipients.filter((recipient) => this.#putOff.again(recipient, failure)) : [];
    this.#decide(
      attempt.recipients.filter((recipient) => !again.includes(recipient)),
      next,
      outcome,
    );
    if (again.length > 0) this.#giveBack(attempt.lane, again, outcome);
  }

  #decide(recipients: readonly Recipient[], evidence: Evidence, { decided }: Outcome): void {
    for (const recipient of recipients) decided.push(this.#putOff.conclude({ recipient, evidence }));
  }

  /** Finds a new place for work that waited for a server that is left alone by now. */
  #reroute(works: readonly (Lane | Attempt)[], outcome: Outcome): void {
    for (const work of works) {
      if (work instanceof Lane) this.#enter(work, outcome);
      else this.#rerouteAttempt(work, outcome);
    }
  }

  #rerouteAttempt(attempt: Attempt, outcome: Outcome): void {
    const bar = this.#barFor(attempt.lane);
    const barred = bar(attempt.server);
    const next = barred === null ? attempt : attempt.reroute(barred, bar);
    if (next instanceof Attempt) this.#schedule.put(next);
    else this.#decide(attempt.recipients, next, outcome);
  }

  /** Senders of a domain that a server has no answers about wait apart from others, about whom it may have some. */
  #setApart({ lane: from, server }: Attempt, domain: string, evidence: Evidence, now: number, outcome: Outcome): void {
    const lane = this.#lanes.get(from.key);
    if (lane === undefined || !this.#lessons.isSilentAbout(domain, server)) return;
    this.#schedule.remove(lane, now);
    const found = lane.without(server, domain, withoutAsking(evidence));
    const apart = this.#lanes.get(found.key) ?? found;
    const moved = lane.hand(domain, apart);
    if (lane.waiting === 0) this.#lanes.delete(lane.key);
    else this.#enter(lane, outcome);
    if (moved > 0) this.#lengthened(apart, moved, outcome);
  }

  /** The senders become part of their lane again, to share a session with others of it; what was tried for them is void. */
  #giveBack(from: Lane, recipients: readonly Recipient[], outcome: Outcome): void {
    const lane = this.#lanes.get(from.key) ?? from;
    lane.giveBack(recipients);
    this.#lengthened(lane, recipients.length, outcome);
  }

  #lengthened(lane: Lane, by: number, outcome: Outcome): void {
    if (lane.waiting > by) {
      this.#schedule.grow(lane, by);
      return;
    }
    this.#lanes.set(lane.key, lane);
    this.#enter(lane, outcome);
  }

  /** Lets a lane wait for its server, or dismisses it where all its servers are left alone. */
  #enter(lane: Lane, outcome: Outcome): void {
    const evidence = lane.chooseRoute(this.#barFor(lane));
    if (evidence === null) return this.#schedule.put(lane);
    this.#lanes.delete(lane.key);
    this.#domains -= lane.domains;
    const { loaded, domains } = lane.clear();
    this.#decide(loaded, evidence, outcome);
    for (const [domainId, senders] of domains) outcome.dismissed.push({ domainId, senders, evidence });
  }
}
