/**
 * Asks about all pending senders of a survey and keeps every answer:
 *
 *   state ─ feed-planner ─▶ planner ─▶ pool of sessions ─▶ state
 *              ▲                                 │
 *              └──────── deferred: later ◀───────┘
 */
import { createAsker, createFinder, type ProbeWorld, type ProbingSettings } from './ask-servers.js';
import { Bell } from './bell.js';
import { feedPlanner } from './feed-planner.js';
import { HandOut } from './hand-out.js';
import {
  Planner,
  type Batch,
  type BatchReport,
  type Busiest,
  type Decision,
  type Dismissal,
  type PlanLimits,
} from './plan/planner.js';
import { Retries, type RetryLimits } from './plan/retries.js';
import { SafetyWatch, type SafetyStop } from './plan/safety-stops.js';
import { startPool } from './probe/pool.js';
import { formatAddress } from './senders/address.js';
import type { Session } from './store/record-evidence.js';
import type { State } from './store/state.js';
import type { Evidence } from './verdict/evidence.js';
import type { Crew } from './workers/crew.js';
import { isDoubtful, type Doubt } from './workers/doubt.js';

/** Senders that are dealt with together where none of them is asked. */
const pageSize = 1000;

/** How senders are asked. */
export interface AskSettings extends ProbingSettings {
  readonly concurrency: number;
  readonly limits: PlanLimits;
  readonly retry: RetryLimits;
  /** Whether to go on where a safety stop would end the run. */
  readonly force: boolean;
}

/** What the run is at, for people who watch. */
export interface Watched {
  /** Sessions open. */
  readonly sessions: number;
  /** The site with the most senders waiting. */
  readonly busiest: Busiest | null;
  /** Senders that were deferred and will be asked again, and when the next of them will be, as the clock counts. */
  readonly toAskAgain: number;
  readonly nextAgainAt: number | null;
}

/** Told what happens while it happens. */
export interface AskListener {
  /** Once, before the first question; `look` tells at any time what the run is at. */
  asking?(look: () => Watched): void;
  /** This evidence decided about so many senders: more of them, or `anew` about some counted as deferred before. */
  decided(evidence: Evidence, senders: number, anew: boolean): void;
  /** So many senders for whom this evidence had decided are to be asked again, as if they had not been. */
  withdrawn?(evidence: Evidence, senders: number): void;
}

/** What asking needs from the world around it. */
export interface AskWorld extends ProbeWorld {
  readonly listener: AskListener;
  /** Who carries the sessions out instead of this process. */
  readonly crew?: Pick<Crew, 'slots' | 'onMoreSlots' | 'ask' | 'takeUp' | 'onDoubt' | 'mayDoBetter'> | undefined;
}

/** Asks until all is known, the signal, or a safety stop, whose reason is given. */
export async function askSenders(
  surveyId: number,
  settings: AskSettings,
  state: State,
  world: AskWorld,
): Promise<SafetyStop | null> {
  return await new Run(surveyId, settings, state, world).run();
}

class Run {
  readonly #surveyId: number;
  readonly #settings: AskSettings;
  readonly #state: State;
  readonly #world: AskWorld;
  readonly #ending = new AbortController();
  readonly #bell = new Bell();
  readonly #safety = new SafetyWatch();
  readonly #retries: Retries;
  readonly #handOut: HandOut;
  readonly #planner: Planner;
  /** Senders that nobody took a connection for, while nobody did for anyone. */
  #heldBack: Decision[] = [];
  readonly #doubts: Doubt[] = [];
  #stop: SafetyStop | null = null;

  constructor(surveyId: number, settings: AskSettings, state: State, world: AskWorld) {
    this.#surveyId = surveyId;
    this.#settings = settings;
    this.#state = state;
    const signal = AbortSignal.any([world.signal, this.#ending.signal]);
    const connected = (): void => this.#safety.sawConnection();
    this.#world = { ...world, signal, connected };
    this.#retries = new Retries(settings.retry);
    this.#handOut = new HandOut(surveyId, state);
    this.#planner = new Planner(settings.limits, this.#handOut.next);
    signal.addEventListener('abort', () => this.#bell.ring(), { once: true });
  }

  async run(): Promise<SafetyStop | null> {
    const { clock, listener, signal } = this.#world;
    const { concurrency } = this.#settings;
    const runner = this.#world.crew ?? { slots: () => concurrency, ask: createAsker(this.#settings, this.#world) };
    listener.asking?.(() => this.#look());
    this.#world.crew?.onDoubt((doubt) => this.#recall(doubt));
    await this.#takeUp();
    const pool = startPool({
      planner: this.#planner,
      runner,
      settle: (batch, report) => this.#settle(batch, report),
      clock,
      signal,
    });
    const feeding = feedPlanner({
      planner: this.#planner,
      handOut: this.#handOut,
      finder: createFinder(this.#settings, this.#world),
      retries: this.#retries,
      domains: this.#state.pendingDomains(this.#surveyId),
      senders: (ids) => this.#state.senders(ids),
      clock,
      bell: this.#bell,
      signal,
      mayRecall: this.#retries.enabled || this.#world.crew !== undefined,
      added: () => pool.wake(),
      dismissed: (dismissals) => this.#dismiss(dismissals),
    });
    try {
      await Promise.all([feeding.finally(() => pool.close()), pool.finished]);
      if (!signal.aborted) this.#considerStopping(true);
      if (!signal.aborted) this.#letGo();
      return this.#stop;
    } finally {
      this.#ending.abort();
    }
  }

  /** What workers were at when a run of this survey was killed. */
  async #takeUp(): Promise<void> {
    const { crew } = this.#world;
    const survey = this.#state.survey(this.#surveyId);
    if (crew === undefined || survey === null) return;
    for (const { batch, report } of await crew.takeUp(`${survey.workBeganAt} ${survey.command}`)) {
      this.#keep(report.session && { server: batch.server, ...report.session }, this.#ofThisState(report.results));
    }
  }

  /** Ids mean something in one state only. */
  #ofThisState(decisions: readonly Decision[]): readonly Decision[] {
    const known = this.#state.senders(decisions.map(({ recipient }) => recipient.senderId));
    const addresses = new Map(known.map(({ senderId, address }) => [senderId, address]));
    return decisions.filter(
      ({ recipient: { senderId, mailbox } }) => addresses.get(senderId) === formatAddress(mailbox),
    );
  }

  /** What a worker found that only said something of itself is asked again, as if it had not been found. */
  #recall(doubt: Doubt): void {
    this.#doubts.push(doubt);
    const isVoid = (evidence: Evidence, address = ''): boolean => isDoubtful(doubt, evidence, address);
    this.#planner.withdraw(isVoid);
    this.#safety.forget(isVoid);
    const senderIds = this.#state.withdraw(this.#surveyId, doubt.worker, (evidence, address) => {
      if (!isVoid(evidence, address)) return false;
      this.#world.listener.withdrawn?.(evidence, 1);
      return true;
    });
    this.#retries.recall(senderIds);
    this.#bell.ring();
  }

  #settle(batch: Batch, report: BatchReport): void {
    const { clock, signal } = this.#world;
    if (report.session !== null) this.#safety.sawConnection();
    const session = report.session && { server: batch.server, ...report.session };
    if (signal.aborted) {
      this.#keep(session, report.results);
    } else {
      const { decided, dismissed, conduct } = this.#planner.settle(batch, report, clock.now());
      this.#safety.sawConduct(batch.server, conduct);
      this.#keep(session, this.#unlessHeldBack(decided));
      this.#dismiss(dismissed);
      this.#considerStopping(false);
    }
    for (const { domain, accepts } of report.catchAll ?? []) {
      this.#state.recordCatchAll(this.#surveyId, domain, accepts);
    }
    this.#bell.ring();
  }

  /** Records what stands, and lets those wait who are to be asked again. */
  #keep(session: Session | null, given: readonly Decision[]): void {
    const now = this.#world.clock.now();
    const decisions = this.#unlessDoubtful(given);
    const weighed = decisions.map(({ recipient: { senderId }, evidence }) => {
      return { senderId, evidence, ...this.#retries.weigh(senderId, evidence, now) };
    });
    const standing = weighed.filter(({ stands }) => stands);
    this.#state.record(this.#surveyId, session, standing);
    for (const { evidence, first } of standing) this.#world.listener.decided(evidence, 1, !first);
  }

  /** What was found before a doubt may come to a decision after it: those are asked again, too. */
  #unlessDoubtful(decisions: readonly Decision[]): readonly Decision[] {
    if (this.#doubts.length === 0) return decisions;
    const isVoid = ({ recipient: { mailbox }, evidence }: Decision): boolean =>
      this.#doubts.some((doubt) => isDoubtful(doubt, evidence, formatAddress(mailbox)));
    const again = new Set(decisions.filter(isVoid));
    this.#retries.recall(Array.from(again, ({ recipient }) => recipient.senderId));
    return decisions.filter((decision) => !again.has(decision));
  }

  #dismiss(dismissals: readonly Dismissal[]): void {
    for (const { domainId, senders, evidence } of dismissals) {
      for (let left = senders; left > 0; left -= pageSize) {
        const page = this.#handOut.next(domainId, Math.min(left, pageSize));
        this.#keep(null, this.#unlessHeldBack(page.map((recipient) => ({ recipient, evidence }))));
      }
    }
  }

  /** Until the first connection, nobody is called unreachable: it may be that we cannot reach anybody. */
  #unlessHeldBack(decisions: readonly Decision[]): readonly Decision[] {
    if (this.#settings.force) return decisions;
    for (const { evidence } of decisions) if (isUnreached(evidence)) this.#safety.sawUnreachable(evidence);
    if (this.#safety.connected) {
      this.#letGo();
      return decisions;
    }
    const [unreached, others] = [
      decisions.filter(({ evidence }) => isUnreached(evidence)),
      decisions.filter(({ evidence }) => !isUnreached(evidence)),
    ];
    this.#heldBack.push(...unreached);
    return others;
  }

  #letGo(): void {
    const heldBack = this.#heldBack;
    this.#heldBack = [];
    if (heldBack.length > 0) this.#keep(null, heldBack);
  }

  #considerStopping(isOver: boolean): void {
    if (this.#settings.force || this.#stop !== null) return;
    // What most workers meet with says nothing yet of the others.
    if (!isOver && this.#world.crew?.mayDoBetter() === true) return;
    this.#stop = this.#safety.reason(isOver);
    if (this.#stop !== null) this.#ending.abort();
  }

  #look(): Watched {
    const { sessions } = this.#planner.outlook();
    const { waiting: toAskAgain, nextAt: nextAgainAt } = this.#retries;
    return { sessions, busiest: this.#planner.busiest(this.#world.clock.now()), toAskAgain, nextAgainAt };
  }
}

/** Whether there was nobody to take a connection; a server in a forbidden network was not tried. */
function isUnreached({ event, stage }: Evidence): boolean {
  return stage === 'connect' && event !== 'forbidden-network';
}
