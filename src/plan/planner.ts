/**
 * Who is asked next. All senders whose mail servers belong to one site queue together; a site is given no more
 * sessions at once, and no more new ones a minute, than courtesy allows. Pure: time comes in as an argument.
 */
import type { Evidence } from '../verdict/evidence.js';
import { Attempt, type FailoverLimits } from './attempt.js';
import type { Batch, BatchReport, Recipient, Server } from './batch.js';
import type { GateLimits } from './gate.js';
import { Lane, laneKey, type LoadRecipients, type Route } from './lane.js';
import { Schedule, type Stations } from './schedule.js';

export type { Batch, BatchReport, Recipient, Server } from './batch.js';
export type { LoadRecipients } from './lane.js';

/** How much is asked of the servers of others. */
export interface PlanLimits extends GateLimits, FailoverLimits {
  /** Recipients asked about in one session at most. */
  readonly sessionRecipients: number;
}

/** A recipient for whom no server is left, and what to record of it. */
export interface Exhausted {
  readonly recipient: Recipient;
  readonly evidence: Evidence;
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

/** A batch under way. */
interface Flight {
  readonly attempt: Attempt;
  readonly stations: Stations<Lane | Attempt>;
}

/**
 * The plan of a survey. Times are milliseconds on a clock that never goes back. The caller takes batches while it has
 * slots free, carries them out, and settles each; when nothing can be taken it waits for a settlement or `nextStart`.
 */
export class Planner {
  readonly #limits: PlanLimits;
  readonly #loadRecipients: LoadRecipients;
  readonly #schedule: Schedule<Lane | Attempt>;
  /** Those with senders waiting, by `laneKey`. */
  readonly #lanes = new Map<string, Lane>();
  readonly #inFlight = new Map<Batch, Flight>();
  #asking = 0;
  #brokenOff = false;

  constructor(limits: PlanLimits, loadRecipients: LoadRecipients) {
    this.#limits = limits;
    this.#loadRecipients = loadRecipients;
    this.#schedule = new Schedule(limits);
  }

  /** Adds so many senders of a domain; servers in the order to try them, at least one. */
  add(domainId: number, senders: number, servers: readonly Server[]): void {
    if (senders === 0) return;
    const [first, ...others] = servers;
    if (first === undefined) throw new Error(`domain ${domainId} has no servers to be asked at`);
    const key = laneKey([first, ...others]);
    const route = this.#routeOver(first, others);
    const lane = this.#lanes.get(key) ?? new Lane(key, route);
    lane.add(domainId, senders, route);
    this.#lengthened(lane, senders);
  }

  /** The next batch that may start at this time, which is then held to have started; null where none may. */
  take(now: number): Batch | null {
    if (this.#brokenOff) throw new Error('a session ended before it asked anybody, and gave no reason to move on');
    for (let turn = this.#schedule.next(now); turn !== null; turn = this.#schedule.next(now)) {
      const attempt = turn.work instanceof Lane ? this.#draw(turn.work) : turn.work;
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
   * Hands in what came of a batch. Gives the recipients for whom that was the last server to try. A report of nothing
   * at all says that the survey was broken off: nothing may be taken after it.
   */
  settle(batch: Batch, report: BatchReport, now: number): { readonly exhausted: readonly Exhausted[] } {
    const flight = this.#inFlight.get(batch);
    if (flight === undefined) throw new Error('a batch was settled that was not in flight');
    assertComplete(batch, report);
    this.#inFlight.delete(batch);
    this.#asking -= batch.recipients.length;
    const { attempt, stations } = flight;
    this.#schedule.end(stations, now);
    if (report.moveOn !== null) return { exhausted: this.#failOver(attempt, report.moveOn, report.session !== null) };
    if (report.unasked.length > 0) this.#giveBack(attempt.lane, report.unasked);
    this.#brokenOff ||= report.results.length === 0 && report.again !== true;
    return { exhausted: [] };
  }

  /** How far the plan is. */
  outlook(): Outlook {
    return { waiting: this.#schedule.waiting, inFlight: this.#asking, sessions: this.#inFlight.size };
  }

  /** The site with the most senders waiting, null where none waits. Looks at every site: not for every session. */
  busiest(): { readonly site: string; readonly waiting: number } | null {
    return this.#schedule.busiest();
  }

  /** Whether all that was added is settled. */
  isDone(): boolean {
    return this.#schedule.waiting === 0 && this.#inFlight.size === 0;
  }

  /** The servers to try: no address twice, and no more than will be tried. */
  #routeOver(first: Server, others: readonly Server[]): Route {
    const addresses = new Set([first.address]);
    const rest = others.filter(({ address }) => !addresses.has(address) && addresses.add(address));
    return [first, ...rest.slice(0, this.#limits.maxAddresses - 1)];
  }

  #draw(lane: Lane): Attempt {
    const attempt = Attempt.first(lane, lane.take(this.#limits.sessionRecipients, this.#loadRecipients));
    if (lane.waiting === 0) this.#lanes.delete(lane.key);
    else this.#enter(lane);
    return attempt;
  }

  #start(attempt: Attempt, stations: Stations<Lane | Attempt>, now: number): Batch {
    const batch = attempt.batch();
    this.#schedule.begin(stations, now);
    this.#inFlight.set(batch, { attempt, stations });
    this.#asking += batch.recipients.length;
    return batch;
  }

  #failOver(attempt: Attempt, failure: Evidence, connected: boolean): readonly Exhausted[] {
    const next = attempt.failed(failure, connected, this.#limits);
    if (!(next instanceof Attempt)) return attempt.recipients.map((recipient) => ({ recipient, evidence: next }));
    this.#schedule.put(next);
    return [];
  }

  /** The senders become part of their lane again, to share a session with others of it; what was tried for them is void. */
  #giveBack(from: Lane, unasked: readonly Recipient[]): void {
    const lane = this.#lanes.get(from.key) ?? from;
    lane.giveBack(unasked);
    this.#lengthened(lane, unasked.length);
  }

  #lengthened(lane: Lane, by: number): void {
    if (lane.waiting > by) {
      this.#schedule.grow(lane, by);
      return;
    }
    this.#lanes.set(lane.key, lane);
    this.#enter(lane);
  }

  #enter(lane: Lane): void {
    lane.chooseRoute();
    this.#schedule.put(lane);
  }
}

/** Every recipient must be accounted for once, and where the server took no part there is no result. */
function assertComplete(batch: Batch, { results, unasked, moveOn }: BatchReport): void {
  const told = new Set([...results.map(({ recipient }) => recipient), ...unasked]);
  const number = results.length + unasked.length;
  if (number !== batch.recipients.length || !batch.recipients.every((recipient) => told.has(recipient))) {
    throw new Error('a report does not account for each recipient of its batch once');
  }
  if (moveOn !== null && results.length > 0) throw new Error('a report has results, and a reason to move on');
}
