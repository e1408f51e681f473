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
import { domainsOf, queueName, readJob, readResult, toJob, JobError, type JobRules, type ReadResult } from './job.js';
import { connectionTo, loadQueueEngine, watchConnection, sayFarewell, WorkersError, type QueuePlace } from './redis.js';
import { isOfOurVersion, Roll } from './roll.js';
import { WorkerWatch } from './worker-watch.js';

/** How often the roll and the jobs under way are looked at, milliseconds. */
const lookMs = 2000;
/** A job that no worker takes within this time is taken back, milliseconds. */
const patienceMs = 5000;
/** The coordinator's own entry: there is one at a time for a prefix. */
const helmSeconds = 10;

export interface CrewSettings {
  readonly place: QueuePlace;
  readonly rules: JobRules;
}

export interface CrewWorld {
  readonly warn: (message: string) => void;
  /** Ends the run: sessions under way are not waited for, their answers are found when the survey goes on. */
  readonly signal: AbortSignal;
}

/** What a session brought while nobody coordinated. */
export interface LeftOver {
  readonly batch: Batch;
  readonly report: BatchReport;
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
}

/** Connects. @throws WorkersError where packages are missing, or another survey uses these workers. */
export async function openCrew(settings: CrewSettings, world: CrewWorld): Promise<Crew> {
  const { Queue, QueueEvents, Redis } = await loadQueueEngine();
  const { place } = settings;
  const over = new AbortController();
  const connection = connectionTo(place, over.signal);
  const options = { connection, prefix: place.prefix };
  const redis = new Redis(place.url, connection);
  watchConnection(redis, place, world.warn);
  const queue = new Queue(queueName, options);
  const events = new QueueEvents(queueName, options);
  // What is wrong with the connection is told once, by the one that is watched.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  const crew = new Crew(settings, world, { redis, queue, events, over });
  try {
    await crew.start();
    return crew;
  } catch (error) {
    await crew.close();
    throw error;
  }
}

/** The workers, as one runner of sessions. */
export class Crew implements SessionRunner {
  readonly #settings: CrewSettings;
  readonly #world: CrewWorld;
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #over: AbortController;
  readonly #roll: Roll;
  readonly #memory = new ServerMemory();
  readonly #watch = new WorkerWatch();
  /** Workers set aside in this run. */
  readonly #aside = new Set<string>();
  readonly #flights = new Map<string, Flight>();
  /** Of this run: no two runs have jobs of the same name. */
  readonly #run = `${Date.now()}-${process.pid}`;
  #survey = '';
  #jobs = 0;
  #slots = 0;
  #moreSlots = (): void => undefined;
  #toldOfNobody = false;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #holdsHelm = false;

  constructor(settings: CrewSettings, world: CrewWorld, { redis, queue, events, over }: Lines) {
    this.#settings = settings;
    this.#world = world;
    this.#redis = redis;
    this.#queue = queue;
    this.#events = events;
    this.#over = over;
    this.#roll = new Roll(redis, settings.place.prefix);
  }

  /** @throws WorkersError where another survey uses these workers. */
  async start(): Promise<void> {
    if ((await this.#redis.set(this.#helmKey(), this.#run, 'EX', helmSeconds, 'NX')) === null) {
      throw new WorkersError(
        `another survey uses the workers at ${new URL(this.#settings.place.url).host}; wait until it ends, or give each a --key-prefix of its own`,
      );
    }
    this.#holdsHelm = true;
    this.#events.on('completed', ({ jobId, returnvalue }) => this.#landed(jobId, returnvalue));
    this.#world.signal.addEventListener('abort', () => this.#abandon(), { once: true });
    await this.#look();
    this.#lookAgain();
  }

  readonly slots = (): number => this.#slots;

  readonly onMoreSlots = (listener: () => void): void => {
    this.#moreSlots = listener;
  };

  readonly ask = async (batch: Batch): Promise<BatchReport> => {
    if (this.#world.signal.aborted) return nothing(batch);
    const domains = domainsOf(batch);
    const known = this.#memory.tell(batch.server.address, domains);
    const catchAll = this.#settings.rules.catchAll
      ? domains.filter((domain) => this.#memory.isCatchAllOpen(domain))
      : [];
    for (const domain of catchAll) this.#memory.noteCatchAll(domain, null);
    const job = toJob(batch, this.#survey, this.#settings.rules, known);
    const jobId = `${this.#run}-${++this.#jobs}`;
    return await new Promise((land) => {
      this.#flights.set(jobId, { batch, handedAt: Date.now(), catchAll, land });
      this.#queue.add('session', job, { jobId, attempts: 1 }).catch((error: Error) => {
        // Redis may be out of memory: the batch goes back to the plan, after a while.
        this.#world.warn(`Redis takes no session: ${error.message}`);
        setTimeout(() => this.#lost(jobId), lookMs);
      });
    });
  };

  /**
   * Takes up what a run of the same survey left behind, after waiting for sessions still under way; all other jobs are
   * removed. `survey` tells this survey from any other.
   */
  async takeUp(survey: string): Promise<LeftOver[]> {
    this.#survey = survey;
    const found: LeftOver[] = [];
    let toldOfWaiting = false;
    while (!this.#world.signal.aborted) {
      await this.#queue.drain();
      for (const job of await this.#queue.getJobs(['completed', 'failed'])) {
        const left = leftOverOf(job.data, job.returnvalue, survey);
        if (left !== null) found.push(left);
        await this.#queue.remove(job.id!);
      }
      const active = await this.#queue.getJobs(['active']);
      for (const { id } of active) if (!(await this.#isHeld(id!))) await this.#queue.remove(id!);
      if (active.length === 0) break;
      if (!toldOfWaiting) this.#world.warn(`waiting for sessions that are still under way: ${active.length}`);
      toldOfWaiting = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return found;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await sayFarewell(this.#leave());
    this.#over.abort();
    this.#redis.disconnect();
    await sayFarewell(Promise.all([this.#queue.close(), this.#events.close()]));
  }

  async #leave(): Promise<void> {
    await this.#looking;
    if (this.#holdsHelm) await this.#redis.del(this.#helmKey());
  }

  #landed(jobId: string, returned: unknown): void {
    const flight = this.#flights.get(jobId);
    if (flight === undefined) return;
    let result: ReadResult;
    try {
      result = readResult(typeof returned === 'string' ? JSON.parse(returned) : returned, flight.batch);
    } catch (error) {
      if (!(error instanceof JobError) && !(error instanceof SyntaxError)) throw error;
      this.#world.warn(`a worker gave no proper result (${error.message}); its senders are asked again`);
      return this.#lost(jobId);
    }
    if ('refused' in result) {
      this.#setAside(result.worker, result.refused);
      return this.#lost(jobId);
    }
    const { counts, why } = this.#watch.weigh(result.worker, flight.batch, result.report);
    if (why !== null) this.#setAside(result.worker, why);
    if (!counts) return this.#lost(jobId);
    this.#memory.learn(flight.batch.server.address, result.known);
    this.#giveBack(
      flight,
      result.known.catchAll.map(({ domain }) => domain),
    );
    this.#end(jobId, flight, result.report);
  }

  #setAside(worker: string, why: string): void {
    if (this.#aside.has(worker)) return;
    this.#aside.add(worker);
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
    setTimeout(() => void this.#queue.remove(jobId).catch(() => undefined), 100).unref();
  }

  #abandon(): void {
    for (const [jobId, flight] of this.#flights) {
      this.#flights.delete(jobId);
      flight.land(nothing(flight.batch));
    }
  }

  #lookAgain(): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
        .catch(() => undefined)
        .finally(() => this.#timer !== null && this.#lookAgain());
    }, lookMs);
  }

  async #look(): Promise<void> {
    await this.#redis.set(this.#helmKey(), this.#run, 'EX', helmSeconds);
    await this.#callRoll();
    await this.#reconcile();
  }

  async #callRoll(): Promise<void> {
    let slots = 0;
    const entries = await this.#roll.list();
    for (const entry of entries) {
      if (this.#aside.has(entry.name) || (await this.#roll.whyAside(entry.name)) !== null) continue;
      if (isOfOurVersion(entry)) slots += entry.slots;
      else this.#setAside(entry.name, `it is of version ${entry.version}, which speaks otherwise`);
    }
    const { protocol, host } = new URL(this.#settings.place.url);
    if (slots === 0 && !this.#toldOfNobody) {
      this.#world.warn(`no worker is there; start one with: sender-survey worker ${protocol}//${host}`);
    } else if (slots > 0 && this.#toldOfNobody) this.#world.warn(`workers are there, with ${slots} sessions at once`);
    this.#toldOfNobody = slots === 0;
    const isMore = slots > this.#slots;
    this.#slots = slots;
    if (isMore) this.#moreSlots();
  }

  /** Looks after jobs that were not heard of for a while. */
  async #reconcile(): Promise<void> {
    const due = Date.now() - patienceMs;
    for (const [jobId, { handedAt }] of this.#flights) {
      if (handedAt > due) continue;
      const job = await this.#queue.getJob(jobId);
      const state = await job?.getState();
      if (state === 'completed') this.#landed(jobId, job?.returnvalue);
      else if (state === 'active' && (await this.#isHeld(jobId))) continue;
      else if (job === undefined || (await this.#queue.remove(jobId).catch(() => 0)) > 0) this.#lost(jobId);
    }
  }

  /** Whether a worker still holds the job. */
  async #isHeld(jobId: string): Promise<boolean> {
    return (await this.#redis.exists(`${this.#settings.place.prefix}:${queueName}:${jobId}:lock`)) === 1;
  }

  #helmKey(): string {
    return `${this.#settings.place.prefix}:coordinator`;
  }
}

function nothing(batch: Batch): BatchReport {
  return { results: [], unasked: batch.recipients, moveOn: null, session: null };
}

function leftOverOf(data: unknown, returned: unknown, survey: string): LeftOver | null {
  if ((data as { survey?: unknown } | null)?.survey !== survey) return null;
  try {
    const { batch } = readJob(data);
    const result = readResult(returned, batch);
    return 'refused' in result ? null : { batch, report: result.report };
  } catch (error) {
    if (error instanceof JobError) return null;
    throw error;
  }
}
