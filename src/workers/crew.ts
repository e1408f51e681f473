/**
 * The coordinator's side of many machines: batches go out as jobs of a BullMQ queue, one for each free slot of the workers
 * that are there, and come back as reports. Nothing is ever queued for later: a job that no worker takes is taken back, as the
 * plan's limits count from when a session starts. A job whose worker is gone goes back to the plan, too.
 */
import type { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Batch, BatchReport } from '../plan/planner.js';
import { ServerMemory } from '../probe/server-memory.js';
import type { SessionRunner } from '../probe/session-runner.js';
import type { Doubt } from './doubt.js';
import { Helm } from './helm.js';
import { domainsOf, queueName, readResult, toJob, JobError, type JobRules, type ReadResult } from './job.js';
import { takeUpLeftOvers, type LeftOver } from './left-overs.js';
import {
  connectTo,
  connectionTo,
  loadQueueEngine,
  notLetIn,
  sayFarewell,
  WorkersError,
  type QueuePlace,
} from './redis.js';
import { isOfOurVersion, Roll } from './roll.js';
import { WorkerWatch } from './worker-watch.js';

/** How often the roll and the jobs under way are looked at, milliseconds. */
const lookMs = 2000;
/** How long one reading of the events waits, milliseconds: the process cannot end before, where Redis is gone. */
const readMs = 2000;
/** A job that no worker takes within this time is taken back, milliseconds. */
const patienceMs = 5000;

/** How long a job that is over stays, milliseconds: its results are kept by then. */
const removeMs = 200;

export interface CrewSettings {
  readonly place: QueuePlace;
  readonly rules: JobRules;
  /** Sessions at once, over all workers. */
  readonly most: number;
}

export interface CrewWorld {
  readonly warn: (message: string) => void;
  /** Ends the run: sessions under way are not waited for, their answers are found when the survey goes on. */
  readonly signal: AbortSignal;
}

/** The lines to Redis; what is lost is not sought again once it is over. */
interface Lines {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly over: AbortController;
}

/** A batch that is out. */
interface Flight {
  readonly batch: Batch;
  readonly handedAt: number;
  /** Domains that this session alone may ask about an address that cannot exist. */
  readonly catchAll: readonly string[];
  readonly land: (report: BatchReport) => void;
  readonly fail: (error: Error) => void;
}

/** Connects. @throws WorkersError where packages are missing, Redis lets us not in, or another survey uses these workers. */
export async function openCrew(settings: CrewSettings, world: CrewWorld): Promise<Crew> {
  const { Queue, QueueEvents, Redis } = await loadQueueEngine();
  const { place } = settings;
  const over = new AbortController();
  const redis = await connectTo(place, Redis, world, over.signal);
  const queue = new Queue(queueName, { connection: redis, prefix: place.prefix });
  const connection = connectionTo(place, over.signal);
  const events = new QueueEvents(queueName, { connection, prefix: place.prefix, blockingTimeout: readMs });
  // What is wrong with the connection is told once, by the one that is watched.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  const crew = new Crew(settings, world, { redis, queue, events, over });
  try {
    await crew.start();
    return crew;
  } catch (error) {
    await crew.close();
    throw notLetIn(error as Error, place) ?? error;
  }
}

/** The workers, as one runner of sessions. */
export class Crew implements SessionRunner {
  readonly #settings: CrewSettings;
  readonly #world: CrewWorld;
  readonly #lines: Lines;
  readonly #queue: Queue;
  readonly #helm: Helm;
  readonly #roll: Roll;
  readonly #memory = new ServerMemory();
  readonly #watch = new WorkerWatch();
  /** Workers set aside in this run, and those that are there and are not. */
  readonly #aside = new Set<string>();
  #present: readonly string[] = [];
  readonly #flights = new Map<string, Flight>();
  /** Of this run: no two runs have jobs of the same name. */
  readonly #run = `${Date.now()}-${process.pid}`;
  readonly #toRemove: string[] = [];
  #survey = '';
  #jobs = 0;
  #slots = 0;
  #moreSlots = (): void => undefined;
  #doubt: (doubt: Doubt) => void = () => undefined;
  #told: 'nothing' | 'nobody' | 'some' | 'many' = 'nothing';
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  /** Why no session is started any more. */
  #fault: Error | null = null;
  #isSteering = false;

  constructor(settings: CrewSettings, world: CrewWorld, lines: Lines) {
    this.#settings = settings;
    this.#world = world;
    this.#lines = lines;
    this.#queue = lines.queue;
    this.#helm = new Helm(lines.redis, settings.place.prefix);
    this.#roll = new Roll(lines.redis, settings.place.prefix);
  }

  /** @throws WorkersError where another survey uses these workers. */
  async start(): Promise<void> {
    if (!(await this.#helm.hold(this.#run))) {
      throw new WorkersError(
        `another survey uses the workers at ${this.#host}; wait until it ends, or give each a --key-prefix of its own`,
      );
    }
    this.#lines.events.on('completed', ({ jobId, returnvalue }) => this.#receive(jobId, returnvalue));
    this.#world.signal.addEventListener('abort', () => this.#abandon(), { once: true });
    await this.#look();
    this.#lookAgain();
  }

  readonly slots = (): number => this.#slots;

  readonly onMoreSlots = (listener: () => void): void => {
    this.#moreSlots = listener;
  };

  /** `listener` is called with what turns out not to count of what was reported before. */
  readonly onDoubt = (listener: (doubt: Doubt) => void): void => {
    this.#doubt = listener;
  };

  /** Whether any worker that is there has not been seen to reach nobody, or to be refused by most. */
  readonly mayDoBetter = (): boolean => this.#present.some((name) => this.#watch.mayDoBetter(name));

  readonly ask = async (batch: Batch): Promise<BatchReport> => {
    if (this.#fault !== null) throw this.#fault;
    if (this.#world.signal.aborted) return nothing(batch);
    const domains = domainsOf(batch);
    const known = this.#memory.tell(batch.server.address, domains);
    const catchAll = this.#settings.rules.catchAll
      ? domains.filter((domain) => this.#memory.isCatchAllOpen(domain))
      : [];
    for (const domain of catchAll) this.#memory.noteCatchAll(domain, null);
    const job = toJob(batch, { survey: this.#survey, run: this.#run }, this.#settings.rules, known);
    const jobId = `${this.#run}-${++this.#jobs}`;
    return await new Promise((land, fail) => {
      this.#flights.set(jobId, { batch, handedAt: Date.now(), catchAll, land, fail });
      this.#queue.add('session', job, { jobId, attempts: 1 }).catch((error: Error) => {
        // Redis may be out of memory: the batch goes back to the plan, after a while.
        this.#world.warn(`Redis takes no session: ${error.message}`);
        setTimeout(() => this.#lost(jobId), lookMs);
      });
    });
  };

  /** Takes up what a run of the same survey left behind; `survey` tells this survey from any other. */
  async takeUp(survey: string): Promise<LeftOver[]> {
    this.#survey = survey;
    let isTold = false;
    const found = await takeUpLeftOvers({
      queue: this.#queue,
      survey,
      isHeld: (jobId) => this.#isHeld(jobId),
      isAside: async (worker) => (await this.#roll.whyAside(worker)) !== null,
      waiting: (sessions) => {
        if (!isTold) this.#world.warn(`waiting for sessions that are still under way: ${sessions}`);
        isTold = true;
      },
      signal: this.#world.signal,
    });
    this.#isSteering = true;
    return found;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const { redis, queue, events, over } = this.#lines;
    if (redis.status === 'ready') await sayFarewell(this.#looking.then(() => this.#helm.leave(this.#run)));
    over.abort();
    redis.disconnect();
    await sayFarewell(Promise.all([queue.close(), events.close()]));
  }

  /** A fault here is a bug, or the state cannot be written any more; BullMQ would swallow it. */
  #receive(jobId: string, returned: unknown): void {
    try {
      this.#landed(jobId, returned);
    } catch (fault) {
      this.#fail(fault as Error);
    }
  }

  #landed(jobId: string, returned: unknown): void {
    const flight = this.#flights.get(jobId);
    // Taken back meanwhile, or made by nobody here.
    if (flight === undefined) return this.#isSteering ? this.#remove(jobId) : undefined;
    const result = this.#read(returned, flight.batch);
    if (result === null || 'passed' in result) return this.#lost(jobId);
    if ('refused' in result) {
      this.#setAside(result.worker, result.refused);
      return this.#lost(jobId);
    }
    const { counts, why, doubts } = this.#watch.weigh(result.worker, flight.batch, result.report);
    for (const doubt of doubts) this.#doubt(doubt);
    if (why !== null) this.#setAside(result.worker, why);
    if (!counts) return this.#lost(jobId);
    this.#memory.learn(flight.batch.server.address, result.known);
    this.#giveBack(
      flight,
      result.known.catchAll.map(({ domain }) => domain),
    );
    this.#end(jobId, flight, result.report);
  }

  /** Null where it is no proper result. */
  #read(returned: unknown, batch: Batch): ReadResult | null {
    try {
      return readResult(typeof returned === 'string' ? JSON.parse(returned) : returned, batch);
    } catch (error) {
      if (!(error instanceof JobError) && !(error instanceof SyntaxError)) throw error;
      this.#world.warn(`a worker gave no proper result (${error.message}); its senders are asked again`);
      return null;
    }
  }

  #setAside(worker: string, why: string): void {
    if (this.#aside.has(worker)) return;
    this.#aside.add(worker);
    this.#present = this.#present.filter((name) => name !== worker);
    this.#world.warn(`worker ${worker} is set aside: ${why}`);
    this.#roll.setAside(worker, why).catch(() => undefined);
  }

  /** Nobody was asked, as far as is known: the plan decides anew. */
  #lost(jobId: string): void {
    const flight = this.#flights.get(jobId);
    if (flight === undefined) return;
    this.#giveBack(flight, []);
    this.#end(jobId, flight, { ...nothing(flight.batch), again: true });
  }

  #giveBack({ catchAll }: Flight, asked: readonly string[]): void {
    for (const domain of catchAll) if (!asked.includes(domain)) this.#memory.reopenCatchAll(domain);
  }

  /** The job is kept until its results are: a run that is killed before finds it again. */
  #end(jobId: string, flight: Flight, report: BatchReport): void {
    this.#flights.delete(jobId);
    flight.land(report);
    this.#remove(jobId);
  }

  /** Jobs that are over are removed many at a time. */
  #remove(jobId: string): void {
    if (this.#toRemove.push(jobId) > 1) return;
    setTimeout(() => {
      for (const id of this.#toRemove.splice(0)) this.#queue.remove(id).catch(() => undefined);
    }, removeMs).unref();
  }

  #abandon(): void {
    for (const { batch, land } of this.#flights.values()) land(nothing(batch));
    this.#flights.clear();
  }

  /** Ends the run, since no session may be started any more. */
  #fail(fault: Error): void {
    this.#fault = fault;
    for (const { fail } of this.#flights.values()) fail(fault);
    this.#flights.clear();
    // Whoever waits for a slot is to hear of it.
    this.#slots = Math.max(1, this.#slots);
    this.#moreSlots();
  }

  #lookAgain(): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        .catch(() => undefined)
        .finally(() => this.#timer !== null && this.#fault === null && this.#lookAgain());
    }, lookMs);
  }

  async #look(): Promise<void> {
    if (!(await this.#helm.hold(this.#run))) {
      const why = `another survey took the workers at ${this.#host} over while this one was cut off`;
      return this.#fail(new WorkersError(`${why}; the same command goes on from here once that one has ended`));
    }
    await this.#callRoll();
    await this.#reconcile();
  }

  async #callRoll(): Promise<void> {
    const present: string[] = [];
    let offered = 0;
    for (const entry of await this.#roll.list()) {
      if (this.#aside.has(entry.name) || entry.aside !== null) continue;
      if (!isOfOurVersion(entry)) {
        this.#setAside(entry.name, `it is of version ${entry.version}, which speaks otherwise`);
        continue;
      }
      present.push(entry.name);
      offered += entry.slots;
    }
    this.#present = present;
    this.#tell(offered);
    const slots = Math.min(offered, this.#settings.most);
    const isMore = slots > this.#slots;
    this.#slots = slots;
    if (isMore) this.#moreSlots();
  }

  /** Says when workers come, when nobody is left, and when there are more of them than may be used. */
  #tell(offered: number): void {
    const { most, place } = this.#settings;
    const now = offered === 0 ? 'nobody' : offered > most ? 'many' : 'some';
    if (now === this.#told) return;
    if (now === 'nobody') {
      const { protocol, host } = new URL(place.url);
      this.#world.warn(`no worker is there; start one with: sender-survey worker ${protocol}//${host}`);
    } else if (now === 'many') {
      this.#world.warn(`the workers take ${offered} sessions at once; --concurrency (-c) allows ${most}`);
    } else if (this.#told === 'nobody') this.#world.warn(`workers are there, with ${offered} sessions at once`);
    this.#told = now;
  }

  /** Looks after jobs that were not heard of for a while. */
  async #reconcile(): Promise<void> {
    const due = Date.now() - patienceMs;
    for (const [jobId, { handedAt }] of this.#flights) {
      if (handedAt > due) continue;
      const job = await this.#queue.getJob(jobId);
      const state = await job?.getState();
      if (state === 'completed') this.#receive(jobId, job?.returnvalue);
      else if (state === 'active' && (await this.#isHeld(jobId))) continue;
      else if (job === undefined || (await this.#queue.remove(jobId).catch(() => 0)) > 0) this.#lost(jobId);
    }
  }

  /** Whether a worker still holds the job. */
  async #isHeld(jobId: string): Promise<boolean> {
    return (await this.#lines.redis.exists(`${this.#settings.place.prefix}:${queueName}:${jobId}:lock`)) === 1;
  }

  get #host(): string {
    return new URL(this.#settings.place.url).host;
  }
}

function nothing(batch: Batch): BatchReport {
  return { results: [], unasked: batch.recipients, moveOn: null, session: null };
}
