/**
 * A worker: takes sessions from the queue, carries them out from here, and hands back what came of them. It decides nothing
 * about whom to ask; and it asks nobody that its own options forbid, whatever a job says.
 */
import type { Worker } from 'bullmq';
import { createAsker, takeInTurn, type ProbeWorld, type ProbingSettings } from '../ask-servers.js';
import type { Batch } from '../plan/planner.js';
import { ServerMemory } from '../probe/server-memory.js';
import { LocalFault } from '../probe/smtp/connect.js';
import { domainsOf, JobError, queueName, readJob, protocol, type JobResult, type JobRules } from './job.js';
import { Helm } from './helm.js';
import { connectTo, connectionTo, loadQueueEngine, notLetIn, sayFarewell, type QueuePlace } from './redis.js';
import { heartbeatMs, Roll, type RollEntry } from './roll.js';

/**
 * How long a job is held without a word, and how often that is renewed: then the coordinator takes the worker for gone, and
 * has its batch asked elsewhere. A worker that is cut off gives its sessions up so early that they have ended by then,
 * with a reply to wait for and QUIT, 2 s each. Milliseconds.
 */
const lockMs = 15_000;
const renewMs = 3000;
const cutOffMs = 6000;
/** How often it looks whether it is cut off. */
const watchMs = 500;

export interface WorkerSettings extends Pick<ProbingSettings, 'sourceAddresses' | 'guard'> {
  readonly place: QueuePlace;
  readonly name: string;
  readonly version: string;
  /** Sessions at once. */
  readonly slots: number;
  readonly helo: string;
  readonly port: number;
}

export interface WorkerWorld extends Omit<ProbeWorld, 'listeners' | 'connected'> {
  readonly warn: (message: string) => void;
  /** Ends the worker when its sessions are over. */
  readonly draining: AbortSignal;
}

/** What a worker works with. */
interface Desk {
  readonly settings: WorkerSettings;
  readonly world: WorkerWorld;
  readonly roll: Roll;
  readonly helm: Helm;
  readonly nextSource: (server: string) => string | null;
}

/** Works until it is told to drain, or is set aside: then gives the reason. @throws WorkersError */
export async function runWorker(settings: WorkerSettings, world: WorkerWorld): Promise<string | null> {
  const { Redis, Worker } = await loadQueueEngine();
  const { place, name, version, slots } = settings;
  const over = new AbortController();
  const redis = await connectTo(place, Redis, { warn: world.warn, signal: world.draining }, over.signal);
  const roll = new Roll(redis, place.prefix);
  const nextSource = takeInTurn(settings.sourceAddresses);
  const desk = { settings, world, roll, helm: new Helm(redis, place.prefix), nextSource };
  const worker: Worker<unknown, JobResult> = new Worker(
    queueName,
    async (job, _token, cancelled) => await carryOut(job.data, desk, cancelled),
    {
      connection: connectionTo(place, over.signal),
      prefix: place.prefix,
      name,
      concurrency: slots,
      lockDuration: lockMs,
      lockRenewTime: renewMs,
      // A job whose worker is gone goes back to the plan, not to another worker: the plan keeps the limits.
      skipStalledCheck: true,
      maxStalledCount: 0,
    },
  );
  worker.on('error', () => undefined);
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'the coordinator has taken it back');
  });
  try {
    return await keepOnRoll(roll, { name, protocol, version, slots }, worker, world.draining);
  } catch (error) {
    throw notLetIn(error as Error, place) ?? error;
  } finally {
    const isReached = redis.status === 'ready';
    await worker.close(!isReached);
    if (isReached) await sayFarewell(roll.leave(name));
    over.abort();
    redis.disconnect();
  }
}

/** Says that the worker is there, until it drains or is set aside. Cut off for too long, it ends its sessions. */
async function keepOnRoll(roll: Roll, entry: RollEntry, worker: Worker, draining: AbortSignal): Promise<string | null> {
  let heardAt = performance.now();
  const drained = aborted(draining);
  const watch = setInterval(() => {
    if (performance.now() - heardAt > cutOffMs) worker.cancelAllJobs('cut off from Redis');
  }, watchMs);
  try {
    while (!draining.aborted) {
      const saidAt = performance.now();
      const heard = await Promise.race([callIn(roll, entry), drained]);
      if (heard !== null) heardAt = saidAt;
      if (typeof heard?.aside === 'string') return heard.aside;
      await Promise.race([new Promise((resolve) => setTimeout(resolve, heartbeatMs)), drained]);
    }
    return null;
  } finally {
    clearInterval(watch);
  }
}

/** Says that the worker is there; null where that cannot be told now, as when Redis is out of memory. */
async function callIn(roll: Roll, entry: RollEntry): Promise<{ aside: string | null } | null> {
  try {
    return { aside: await roll.enter(entry) };
  } catch (error) {
    if ((error as Error).message.startsWith('NOPERM')) throw error;
    return null;
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

async function carryOut(data: unknown, desk: Desk, cancelled: AbortSignal | undefined): Promise<JobResult> {
  const { settings, world, nextSource } = desk;
  const { name: worker, helo, guard } = settings;
  try {
    const { run, batch, rules, known } = readJob(data);
    checkAllowed(batch, rules, settings);
    const passed = await whyPassed(run, desk);
    if (passed !== null) return { worker, passed };
    const memory = new ServerMemory();
    memory.learn(batch.server.address, known);
    const signal = cancelled === undefined ? world.signal : AbortSignal.any([world.signal, cancelled]);
    const source = nextSource(batch.server.address);
    const sourceAddresses = source === null ? [] : [source];
    const probing = { probe: { ...rules, helo }, sourceAddresses, guard };
    const ask = createAsker(probing, { ...world, signal, listeners: {}, memory });
    const { results, moveOn, again, catchAll, session } = await ask(batch);
    return {
      worker,
      source,
      results: results.map(({ recipient, evidence }) => ({ senderId: recipient.senderId, evidence })),
      moveOn,
      again: again === true,
      catchAll: catchAll ?? [],
      session,
      known: memory.tell(batch.server.address, domainsOf(batch)),
    };
  } catch (error) {
    if (!(error instanceof JobError) && !(error instanceof LocalFault)) throw error;
    return { worker, refused: error.message };
  }
}

/** Why a session is not to be started now; null where it is. Two runs must never both have sessions started. */
async function whyPassed(run: string, { helm, roll, settings }: Desk): Promise<string | null> {
  const [holder, aside] = await Promise.all([helm.holder(), roll.whyAside(settings.name)]);
  if (holder !== run) return 'the run that made the job does not coordinate any more';
  return aside === null ? null : 'the worker is set aside';
}

/** @throws JobError where this worker's own options forbid the job. */
function checkAllowed({ server }: Batch, rules: JobRules, { guard, port }: WorkerSettings): void {
  if (rules.port !== port) throw new JobError(`it asks at port ${port} (--port), not ${rules.port}`);
  if (guard.isForbidden(server.address)) {
    throw new JobError(`it may not connect to ${server.address}, which takes --allow-net at the worker, too`);
  }
}
