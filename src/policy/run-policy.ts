/**
 * The policy service put together:
 *
 *   mail server ─ connection ─▶ decide ─ state ─▶ enforce ─▶ action
 *                                 └─ live-probes ─▶ state
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.js';
import { openState, type State } from '../store/state.js';
import type { OpenEndedSurvey } from '../store/open-ended-survey.js';
import { judge } from '../verdict/judge.js';
import { pass } from './action.js';
import { serveConnection, type Desk, type Message } from './connection.js';
import { Decider, type Decision, type DecisionRules } from './decide.js';
import { DecisionLog } from './decision-log.js';
import { enforce, type Enforcement } from './enforce.js';
import { openDoor, type Door, type Endpoint } from './listen.js';
import { LiveProbes, type LiveSettings } from './live-probes.js';
import { MessageCounts } from './message-counts.js';
import { serveMetrics } from './metrics-server.js';
import { ProbeLimits, type ProbeRates } from './probe-limits.js';
import type { PolicyRequest } from './request.js';
import { longestServiceMs } from './freshness.js';
import { PolicyTally } from './tally.js';

/** How often a few of the oldest senders are looked for, to be forgotten, milliseconds. */
const forgetMs = 2000;

/** What can be changed while the service runs. */
export interface PolicyRules extends DecisionRules, Enforcement {
  readonly rates: ProbeRates;
}

/** What stays as it is. */
export interface PolicySettings extends LiveSettings {
  readonly listen: Endpoint;
  /** Where Prometheus asks; null for nowhere. */
  readonly metrics: Extract<Endpoint, { kind: 'tcp' }> | null;
  readonly statePath: string;
}

export interface PolicyWorld {
  readonly clock: Clock;
  readonly random: () => number;
  readonly warn: (message: string) => void;
  /** Takes the lines of the log. */
  readonly log: (line: string) => void;
}

/** A running service. */
export interface PolicyService {
  /** Where it listens. */
  readonly at: string;
  readonly metricsAt: string | null;
  /** Other rules hold from the next request on. */
  readonly change: (rules: PolicyRules) => void;
  /** Answers what is asked by now, lets sessions end, and keeps what came of them. */
  readonly close: () => Promise<void>;
  /** Rejects on a bug. */
  readonly failed: Promise<void>;
}

/** Opens the state, then the doors. @throws StateError, ListenError */
export async function startPolicy(
  settings: PolicySettings,
  rules: PolicyRules,
  world: PolicyWorld,
): Promise<PolicyService> {
  const state = openState(settings.statePath, 'write');
  try {
    return await new Service(settings, rules, state, world).start();
  } catch (error) {
    state.close();
    throw error;
  }
}

class Service {
  readonly #settings: PolicySettings;
  readonly #state: State;
  readonly #world: PolicyWorld;
  readonly #survey: OpenEndedSurvey;
  readonly #limits: ProbeLimits;
  readonly #decider: Decider;
  readonly #live: LiveProbes;
  readonly #counts: MessageCounts;
  readonly #log: DecisionLog;
  readonly #tally = new PolicyTally();
  readonly #over = new AbortController();
  readonly #startedAt: number;
  #rules: PolicyRules;
  #changedAt: number;
  #doors: Door[] = [];
  #closed: Promise<void> | null = null;
  #cancelForgetting: () => void = () => {};

  constructor(settings: PolicySettings, rules: PolicyRules, state: State, world: PolicyWorld) {
    const { clock, random } = world;
    const warn = onceAMinute(world.warn, clock);
    const { signal } = this.#over;
    // Each connection listens.
    setMaxListeners(0, signal);
    this.#settings = settings;
    this.#state = state;
    this.#world = world;
    this.#rules = rules;
    this.#startedAt = clock.now();
    this.#changedAt = this.#startedAt;
    this.#survey = state.openEndedSurvey(planOf(settings, this.#startedAt));
    this.#limits = new ProbeLimits(rules.rates);
    const live = new LiveProbes(this.#survey, state, settings, { clock, random, signal, warn, limits: this.#limits });
    this.#live = live;
    const ourNames = [settings.probe.helo];
    this.#decider = new Decider(
      { survey: this.#survey, live, clock, warn, judge: (evidence, address) => judge(evidence, address, ourNames) },
      rules,
    );
    this.#counts = new MessageCounts(this.#survey, clock, warn);
    this.#log = new DecisionLog(world.log, clock);
  }

  async start(): Promise<PolicyService> {
    const { listen, metrics } = this.#settings;
    let bug: (error: unknown) => void = () => {};
    const failed = new Promise<void>((_, reject) => (bug = reject));
    this.#live.finished.catch(bug);
    const desk: Desk = {
      answer: (request, message) => this.#answer(request, message),
      wasOverlong: () => this.#tally.wasOverlong(),
      failed: bug,
      over: this.#over.signal,
    };
    const refused = (): void => this.#tally.refusedConnection();
    this.#doors.push(await openDoor(listen, (socket) => serveConnection(socket, desk), refused));
    if (metrics !== null) this.#doors.push(await this.#openMetrics(metrics));
    this.#forgetLater();
    const [door, metricsDoor] = this.#doors;
    return {
      at: door?.at ?? '',
      metricsAt: metricsDoor?.at ?? null,
      change: (rules) => this.#change(rules),
      close: () => (this.#closed ??= this.#close()),
      failed,
    };
  }

  #answer(request: PolicyRequest, message: Message): string | Promise<string> {
    const startedAt = performance.now();
    const decision = this.#decider.decide(request);
    if (decision instanceof Promise) return decision.then((made) => this.#conclude(request, message, made, startedAt));
    return this.#conclude(request, message, decision, startedAt);
  }

  #conclude(request: PolicyRequest, message: Message, decision: Decision, startedAt: number): string {
    const { action, text } = enforce(decision, request.recipient, this.#rules);
    this.#tally.answered(decision, action, performance.now() - startedAt);
    this.#log.note(request, decision, action, this.#rules.mode);
    if (!message.counted) this.#count(decision, action === 'reject');
    message.counted = true;
    // Postfix would put the header into the message once for each recipient.
    const isMarked = action === 'prepend' && message.marked;
    message.marked ||= action === 'prepend';
    return isMarked ? pass : text;
  }

  #count(decision: Decision, wasRefused: boolean): void {
    if (decision.kind === 'bad') return this.#counts.add(decision.mailbox, wasRefused);
    const { why, mailbox } = decision;
    if (why === 'null-sender') this.#counts.addNullSender();
    else if (mailbox !== null && (why === 'good' || why === 'undecided')) this.#counts.add(mailbox, false);
  }

  #change(rules: PolicyRules): void {
    this.#rules = rules;
    this.#decider.rules = rules;
    this.#limits.rates = rules.rates;
    this.#changedAt = this.#world.clock.now();
  }

  async #openMetrics(endpoint: Extract<Endpoint, { kind: 'tcp' }>): Promise<Door> {
    return await serveMetrics(endpoint, () => {
      const { senders, sessions } = this.#live.underWay;
      return this.#tally.render({
        connections: this.#doors[0]?.connections() ?? 0,
        sendersUnderWay: senders,
        sessions,
        reloadedAt: this.#changedAt,
        startedAt: this.#startedAt,
      });
    });
  }

  #forgetLater(): void {
    const { clock, warn } = this.#world;
    this.#cancelForgetting = clock.after(forgetMs, () => {
      try {
        this.#survey.forget(clock.now() - longestServiceMs);
      } catch (error) {
        warn((error as Error).message);
      }
      this.#forgetLater();
    });
  }

  async #close(): Promise<void> {
    this.#cancelForgetting();
    const closed = this.#doors.map((door) => door.close());
    this.#over.abort();
    await Promise.all(closed);
    try {
      await this.#live.finished;
    } finally {
      this.#counts.flush();
      this.#state.close();
    }
  }
}

/** The same trouble may come with every request. */
function onceAMinute(warn: (message: string) => void, clock: Clock): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    clock.after(60_000, () => said.delete(message));
    warn(message);
  };
}

/** All services on a state are one survey: a restart goes on with it. */
function planOf({ probe, limits, ipVersion, concurrency }: PolicySettings, startedAt: number) {
  const nothing = { files: 0, bytes: 0, lines: 0, messages: 0, nullSenders: 0, malformed: 0, senders: 0 };
  return {
    command: 'policy',
    startedAt,
    concurrency,
    settings: { probe, limits, ipVersion },
    mail: 'all',
    sample: null,
    inputTotals: nothing,
  } as const;
}
