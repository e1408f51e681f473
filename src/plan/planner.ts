/**
 * Who is asked next. All senders whose mail servers belong to one site queue together; a site is given no more
 * sessions at once, and no more new ones a minute, than courtesy allows. Pure: time comes in as an argument.
 */
import type { Evidence } from '../verdict/evidence.js';
import { assertComplete } from './assert-complete.js';
import { Attempt, type FailoverLimits } from './attempt.js';
import type { Batch, BatchReport, Decision } from './batch.js';
import { conductOf, isThrottled, type Conduct } from './conduct.js';
import type { GateLimits } from './gate.js';
import { Lane, type LoadRecipients } from './lane.js';
import { Lanes } from './lanes.js';
import { Lessons } from './lessons.js';
import { Outcome, type Dismissal } from './outcome.js';
import { PutOff } from './put-off.js';
import { routeOver, type Bar, type RankedServer } from './route.js';
import { Schedule, type Target } from './schedule.js';

export type { Batch, BatchReport, Decision, Recipient, Server } from './batch.js';
export type { Conduct } from './conduct.js';
export type { LoadRecipients } from './lane.js';
export type { Dismissal } from './outcome.js';
export type { RankedServer } from './route.js';

/** How much is asked of the servers of others. */
export interface PlanLimits extends GateLimits, FailoverLimits {
  /** Recipients asked about in one session at most. */
  readonly sessionRecipients: number;
  /** How often a recipient is asked again at most where the server said that we are too many or too fast. */
  readonly throttleRetries: number;
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

/** For people who watch: the site with the most senders waiting. */
export interface Busiest {
  readonly site: string;
  readonly waiting: number;
  /** How long courtesy keeps the last of them waiting at least, milliseconds. */
  readonly leastWaitMs: number;
  /** Whether it is asked more slowly than that, since it complained. */
  readonly slowed: boolean;
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
  readonly #schedule: Schedule<Lane | Attempt>;
  readonly #lessons: Lessons;
  readonly #putOff: PutOff;
  readonly #lanes: Lanes;
  readonly #inFlight = new Map<Batch, Flight>();
  #asking = 0;
  #brokenOff = false;

  constructor(limits: PlanLimits, loadRecipients: LoadRecipients) {
    this.#limits = limits;
    this.#schedule = new Schedule(limits);
    this.#lessons = new Lessons(limits.sitePauseMs);
    this.#lanes = new Lanes(this.#schedule, this.#lessons, loadRecipients);
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
    const outcome = new Outcome(this.#putOff);
    this.#lanes.add(domainId, senders, route, outcome);
    return outcome.dismissed;
  }

  /** The next batch that may start at this time, which is then held to have started; null where none may. */
  take(now: number): Batch | null {
    if (this.#brokenOff) throw new Error('a session ended before it asked anybody, and gave no reason to move on');
    for (let turn = this.#schedule.next(now); turn !== null; turn = this.#schedule.next(now)) {
      const { work, server } = turn;
      const attempt = work instanceof Lane ? this.#lanes.draw(work, server, this.#limits.sessionRecipients) : work;
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
    const outcome = new Outcome(this.#putOff);
    if (report.moveOn !== null) this.#failOver(attempt, report.moveOn, report.session !== null, conduct, outcome);
    else this.#conclude(attempt, report, outcome);
    if (conduct.kind === 'silent' && this.#lessons.isSilentAbout(conduct.domain, batch.server)) {
      this.#lanes.setApart(attempt.lane, attempt.server, conduct.domain, conduct.evidence, now, outcome);
    }
    for (const station of leftAlone) this.#reroute(this.#schedule.takeOut(station, now), outcome);
    this.#brokenOff ||= report.moveOn === null && report.results.length === 0 && report.again !== true;
    return { decided: outcome.decided, dismissed: outcome.dismissed, conduct };
  }

  /** Forgets what was learnt of servers that are not being asked; for plans that go on for days. */
  forget(): void {
    this.#lessons.forget();
    this.#schedule.forgetSlowdowns();
  }

  /** Evidence that does not count after all: what was learnt from it of servers is forgotten. */
  withdraw(isVoid: (evidence: Evidence) => boolean): void {
    this.#lessons.withdraw(isVoid);
  }

  /** How far the plan is. */
  outlook(): Outlook {
    return { waiting: this.#schedule.waiting, inFlight: this.#asking, sessions: this.#inFlight.size };
  }

  /** Whether more may be added without memory growing for nothing: enough waits already where not. */
  hasRoom(): boolean {
    return this.#lanes.haveRoom;
  }

  /** The site with the most senders waiting, null where none waits. Looks at every site: not for every session. */
  busiest(now: number): Busiest | null {
    const station = this.#schedule.busiest();
    if (station === null) return null;
    const { name: site, waiting, gate } = station;
    const sessions = Math.ceil(waiting / this.#limits.sessionRecipients);
    return { site, waiting, leastWaitMs: gate.leastWait(sessions, now), slowed: gate.slowdown !== null };
  }

  /** Whether all that was added is settled. */
  isDone(): boolean {
    return this.#schedule.waiting === 0 && this.#inFlight.size === 0;
  }

  #start(attempt: Attempt, stations: Target<Lane | Attempt>, now: number): Batch {
    const batch = attempt.batch();
    this.#schedule.begin(stations, now);
    this.#inFlight.set(batch, { attempt, stations, startedAt: now });
    this.#asking += batch.recipients.length;
    return batch;
  }

  /** Keeps what was decided; those whom the server put off for our haste are asked again, after the pause it gets. */
  #conclude(attempt: Attempt, { results, unasked }: BatchReport, outcome: Outcome): void {
    const again = results.filter(({ recipient, evidence }) => {
      return isThrottled(recipient, evidence) && this.#putOff.again(recipient, evidence);
    });
    outcome.keep(results.filter((result) => !again.includes(result)));
    this.#lanes.giveBack(attempt.lane, [...again.map(({ recipient }) => recipient), ...unasked], outcome);
  }

  /** On to the next server. One that throttles us answers for all of its site: those are not asked at once instead. */
  #failOver(attempt: Attempt, failure: Evidence, connected: boolean, conduct: Conduct, outcome: Outcome): void {
    const { site } = attempt.server;
    const isThrottling = conduct.kind === 'throttled';
    const leftAlone = this.#lanes.barFor(attempt.lane);
    const bar: Bar = (server) => (isThrottling && server.site === site ? failure : leftAlone(server));
    const next = attempt.failed(failure, connected, this.#limits, bar);
    if (next instanceof Attempt) return this.#schedule.put(next);
    const again = isThrottling ? attempt.recipients.filter((recipient) => this.#putOff.again(recipient, failure)) : [];
    const others = attempt.recipients.filter((recipient) => !again.includes(recipient));
    outcome.decide(others, next);
    this.#lanes.giveBack(attempt.lane, again, outcome);
  }

  /** Finds a new place for work that waited for a server that is left alone by now. */
  #reroute(works: readonly (Lane | Attempt)[], outcome: Outcome): void {
    for (const work of works) {
      if (work instanceof Lane) this.#lanes.enter(work, outcome);
      else this.#rerouteAttempt(work, outcome);
    }
  }

  #rerouteAttempt(attempt: Attempt, outcome: Outcome): void {
    const bar = this.#lanes.barFor(attempt.lane);
    const barred = bar(attempt.server);
    const next = barred === null ? attempt : attempt.reroute(barred, bar);
    if (next instanceof Attempt) this.#schedule.put(next);
    else outcome.decide(attempt.recipients, next);
  }
}
