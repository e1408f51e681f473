/**
 * Senders that are asked about while their mail waits: the survey's own planner and pool, with no end to them. Who is
 * asked about already is not asked about twice; every result is in the state before anybody hears of it.
 */
import type { AskSettings } from '../ask-senders.js';
import { createAsker, createFinder, evidenceOfDns, serversToTry, type ProbeWorld } from '../ask-servers.js';
import type { MailServerFinder } from '../exchangers/find-mail-servers.js';
import {
  Planner,
  type Batch,
  type BatchReport,
  type Decision,
  type Dismissal,
  type Recipient,
} from '../plan/planner.js';
import { startPool, type Pool } from '../probe/pool.js';
import { LocalFault } from '../probe/smtp/connect.js';
import { formatAddress, type Mailbox } from '../senders/address.js';
import type { OpenEndedSurvey } from '../store/open-ended-survey.js';
import type { Session } from '../store/record-evidence.js';
import { StateError } from '../store/state-error.js';
import type { State } from '../store/state.js';
import { clientNetwork } from './client-network.js';
import { Jobs, type Answer, type Hindrance, type Job, type Stands } from './jobs.js';
import type { ProbeLimits } from './probe-limits.js';
import { Suspension } from './suspension.js';

/** Senders asked about at once, waiting ones included; each keeps some kilobytes. */
const mostAtOnce = 2000;
/** How often what was learnt of servers is forgotten: what they were an hour ago they may not be any more. */
const forgetMs = 3_600_000;
/** Until a session is tried again that this machine could not open. */
const faultPauseMs = 1000;

export type LiveSettings = Pick<
  AskSettings,
  'probe' | 'sourceAddresses' | 'resolvers' | 'ipVersion' | 'guard' | 'concurrency' | 'limits'
>;

export interface LiveWorld extends Omit<ProbeWorld, 'listeners' | 'connected'> {
  readonly limits: ProbeLimits;
  readonly warn: (message: string) => void;
}

/** How much is under way. */
export interface UnderWay {
  /** Senders asked about, or waiting for it. */
  readonly senders: number;
  readonly sessions: number;
}

/** What of the state is needed. */
export type LiveState = Pick<State, 'record' | 'recordCatchAll' | 'commit'>;

/** Asks until the signal. */
export class LiveProbes {
  readonly #survey: OpenEndedSurvey;
  readonly #state: LiveState;
  readonly #settings: LiveSettings;
  readonly #world: LiveWorld;
  readonly #finder: MailServerFinder;
  readonly #planner: Planner;
  readonly #pool: Pool;
  readonly #suspension: Suspension;
  readonly #jobs = new Jobs();
  /** By domain, those that the planner was told of and has not taken yet. */
  readonly #queues = new Map<number, Recipient[]>();
  #ask: (batch: Batch) => Promise<BatchReport>;
  #cancelForgetting: () => void;

  constructor(survey: OpenEndedSurvey, state: LiveState, settings: LiveSettings, world: LiveWorld) {
    this.#survey = survey;
    this.#state = state;
    this.#settings = settings;
    this.#world = world;
    const { clock, signal } = world;
    this.#suspension = new Suspension(world.warn);
    this.#finder = createFinder(settings, { ...world, listeners: {} });
    this.#planner = new Planner(settings.limits, (domainId, count) => this.#load(domainId, count));
    this.#ask = this.#createAsker();
    this.#pool = startPool({
      planner: this.#planner,
      runner: { slots: () => settings.concurrency, ask: (batch) => this.#askPatiently(batch) },
      settle: (batch, report) => this.#settle(batch, report),
      clock,
      signal,
    });
    this.#cancelForgetting = clock.after(forgetMs, () => this.#forget());
    signal.addEventListener('abort', () => this.#giveUp(), { once: true });
  }

  /** Resolves after the signal, when all sessions have ended. Rejects on a bug. */
  get finished(): Promise<void> {
    return this.#pool.finished;
  }

  get underWay(): UnderWay {
    return { senders: this.#jobs.size, sessions: this.#planner.outlook().sessions };
  }

  /** Asks about a sender for a client of this address. The answer may take minutes. */
  ask(mailbox: Mailbox, client: string, stands: Stands): Promise<Answer> {
    const address = formatAddress(mailbox);
    const known = this.#jobs.about(address);
    if (known !== undefined) return known.answer;
    const passedFor = this.#whyNot(mailbox, client);
    if (passedFor !== null) return Promise.resolve({ passedFor });
    const now = this.#world.clock.now();
    const seen = { messages: 0, rejectedMessages: 0, firstSeen: now, lastSeen: now, wanted: false };
    const job = this.#jobs.add(mailbox, this.#survey.count({ address, domain: mailbox.domain, ...seen }), stands);
    void this.#begin(job).catch((error: unknown) => this.#fail([job], error));
    return job.answer;
  }

  #whyNot(mailbox: Mailbox, client: string): Hindrance | null {
    const { clock, signal, limits } = this.#world;
    if (signal.aborted) return 'error';
    if (this.#suspension.active) return 'suspended';
    if (this.#jobs.size >= mostAtOnce) return 'overload';
    return limits.admit(clientNetwork(client), mailbox.domain, clock.now());
  }

  async #begin(job: Job): Promise<void> {
    const { clock, signal, limits } = this.#world;
    const found = await this.#finder.find(job.mailbox.domain);
    if (signal.aborted) return;
    const recipient = { senderId: job.senderId, mailbox: job.mailbox };
    if (found.kind === 'none') {
      return this.#keep(null, [{ recipient, evidence: evidenceOfDns(found, clock.now()) }]);
    }
    const servers = serversToTry(found);
    const limit = limits.admitAt(servers[0]?.site ?? '', clock.now());
    if (limit !== null) return this.#jobs.end(job, { passedFor: limit });
    const queue = this.#queues.get(job.domainId) ?? [];
    this.#queues.set(job.domainId, queue);
    queue.push(recipient);
    this.#dismiss(this.#planner.add(job.domainId, 1, servers));
    this.#pool.wake();
  }

  #load(domainId: number, count: number): readonly Recipient[] {
    const queue = this.#queues.get(domainId) ?? [];
    const taken = queue.splice(0, count);
    if (queue.length === 0) this.#queues.delete(domainId);
    return taken;
  }

  /** A session that this machine cannot open is put back, for a while: it is no fault of the server's. */
  async #askPatiently(batch: Batch): Promise<BatchReport> {
    const { clock, signal, warn } = this.#world;
    try {
      return await this.#ask(batch);
    } catch (error) {
      if (!(error instanceof LocalFault)) throw error;
      warn(error.message);
      await new Promise<void>((resolve) => {
        const cancel = clock.after(faultPauseMs, resolve);
        signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
      });
      return { results: [], unasked: batch.recipients, moveOn: null, again: true, session: null };
    }
  }

  #settle(batch: Batch, report: BatchReport): void {
    const session = report.session && { server: batch.server, ...report.session };
    if (this.#world.signal.aborted) return this.#keep(session, report.results);
    const { decided, dismissed, conduct } = this.#planner.settle(batch, report, this.#world.clock.now());
    if (session !== null) this.#suspension.watch.sawConnection();
    this.#suspension.watch.sawConduct(batch.server, conduct);
    this.#keep(session, decided);
    this.#dismiss(dismissed);
    this.#noteCatchAll(report);
    this.#suspension.consider();
  }

  #noteCatchAll({ catchAll }: BatchReport): void {
    for (const { domain, accepts } of catchAll ?? []) this.#state.recordCatchAll(this.#survey.id, domain, accepts);
  }

  #dismiss(dismissals: readonly Dismissal[]): void {
    for (const { domainId, senders, evidence } of dismissals) {
      this.#keep(
        null,
        this.#load(domainId, senders).map((recipient) => ({ recipient, evidence })),
      );
    }
  }

  #keep(session: Session | null, decisions: readonly Decision[]): void {
    const jobs = decisions.flatMap(({ recipient }) => this.#jobs.of(recipient.senderId) ?? []);
    try {
      const results = decisions.map(({ recipient: { senderId }, evidence }) => {
        return { senderId, evidence, stands: this.#jobs.of(senderId)?.stands(evidence) ?? true };
      });
      this.#state.record(this.#survey.id, session, results);
      this.#state.commit();
    } catch (error) {
      return this.#fail(jobs, error);
    }
    for (const { recipient, evidence } of decisions) {
      if (evidence.stage === 'connect') this.#suspension.watch.sawUnreachable(evidence);
      const job = this.#jobs.of(recipient.senderId);
      if (job !== undefined) this.#jobs.end(job, { evidence });
    }
  }

  /** What cannot be kept is not acted on either. */
  #fail(jobs: readonly Job[], error: unknown): void {
    if (!(error instanceof StateError)) throw error;
    this.#world.warn(error.message);
    for (const job of jobs) this.#jobs.end(job, { passedFor: 'error' });
  }

  /** Who still waits passes; what sessions bring until they end is kept. */
  #giveUp(): void {
    this.#cancelForgetting();
    this.#jobs.tellAll({ passedFor: 'error' });
  }

  #forget(): void {
    this.#planner.forget();
    this.#ask = this.#createAsker();
    this.#suspension.lift();
    this.#cancelForgetting = this.#world.clock.after(forgetMs, () => this.#forget());
  }

  #createAsker(): (batch: Batch) => Promise<BatchReport> {
    const connected = (): void => this.#suspension.watch.sawConnection();
    return createAsker(this.#settings, { ...this.#world, listeners: {}, connected });
  }
}
