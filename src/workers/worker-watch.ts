/**
 * Watches what each worker finds: one that reaches nobody where others do, or that most sites refuse where others are
 * answered, says something of itself and not of the senders.
 */
import { conductOf, type Conduct } from '../plan/conduct.js';
import type { Batch, BatchReport } from '../plan/planner.js';
import { SafetyWatch, type SafetyStop } from '../plan/safety-stops.js';
import type { Doubt } from './doubt.js';

/** Sites in a row that do not connect, while others connect as often, for a worker that did connect before. */
const sitesInVain = 30;

/** What is to be made of a report. */
export interface Weighed {
  /** Whether it counts; else its batch is for another worker. */
  readonly counts: boolean;
  /** Why the worker should take no more; null where it may. */
  readonly why: string | null;
  /** What was found before, by whomever, and is not to be believed any more. */
  readonly doubts: readonly Doubt[];
}

/** The workers of a run, by name. */
export class WorkerWatch {
  readonly #records = new Map<string, WorkerRecord>();
  #connections = 0;

  /** Takes in what a worker found. */
  weigh(worker: string, batch: Batch, report: BatchReport): Weighed {
    const record = this.#recordOf(worker);
    const conduct = conductOf(batch, report);
    const isFirstConnection = !record.connected;
    record.learn(batch, report, conduct, this.#connections);
    if (report.session !== null) this.#connections += 1;
    const doubts = isFirstConnection && record.connected ? this.#doubtsAboutOthers(worker) : [];
    const stop = this.#othersDoBetter(worker) ? record.fault(this.#connections) : null;
    const isSound = !this.#othersDoBetter(worker) || (record.connected && stop === null);
    if (isSound || conduct.kind === 'quiet') {
      record.isBelieved = true;
      return { counts: true, why: stop && explain(stop), doubts };
    }
    return { counts: false, why: stop && explain(stop), doubts: [...doubts, ...record.takeDoubt(stop)] };
  }

  /** Whether the worker has not been seen to be of no use. */
  mayDoBetter(worker: string): boolean {
    const record = this.#records.get(worker);
    return record === undefined || record.isHopeful;
  }

  /** Now that one connects: what those found who never did is no longer believed. */
  #doubtsAboutOthers(worker: string): Doubt[] {
    return [...this.#records]
      .filter(([name, { connected }]) => name !== worker && !connected)
      .flatMap(([, record]) => record.takeDoubt(null));
  }

  /** Whether another worker connects, and is not refused by most. */
  #othersDoBetter(worker: string): boolean {
    return [...this.#records].some(([name, other]) => name !== worker && other.isSound);
  }

  #recordOf(worker: string): WorkerRecord {
    const known = this.#records.get(worker) ?? new WorkerRecord(worker);
    this.#records.set(worker, known);
    return known;
  }
}

/** What one worker found. */
class WorkerRecord {
  /** Whether any of it was believed since it was last doubted. */
  isBelieved = false;
  readonly #worker: string;
  readonly #watch = new SafetyWatch();
  /** When its last connection came about, and its latest finding, by its own clock. */
  #connectedAt = 0;
  #heardAt = 0;
  /** Sites that did not connect since then, and how many connections all had made by then. */
  readonly #inVain = new Set<string>();
  #connectionsThen = 0;

  constructor(worker: string) {
    this.#worker = worker;
  }

  get connected(): boolean {
    return this.#watch.connected;
  }

  /** Whether it connects, and is not refused by most. */
  get isSound(): boolean {
    return this.#watch.connected && this.#watch.reason(false) === null;
  }

  /** Whether it may yet turn out to be, by what few sites say. */
  get isHopeful(): boolean {
    return this.#watch.reason(true) === null;
  }

  /** Takes in a report; `connections` were made by all before. */
  learn({ server }: Batch, { results, moveOn, session }: BatchReport, conduct: Conduct, connections: number): void {
    for (const { evidence } of results) this.#heardAt = Math.max(this.#heardAt, evidence.checkedAt);
    this.#heardAt = Math.max(this.#heardAt, moveOn?.checkedAt ?? 0);
    if (conduct.kind === 'unreached') {
      this.#watch.sawUnreachable(conduct.evidence);
      this.#inVain.add(server.site);
    } else this.#watch.sawConduct(server, conduct);
    if (session === null) return;
    this.#watch.sawConnection();
    this.#connectedAt = Math.max(this.#connectedAt, session.startedAt);
    this.#inVain.clear();
    this.#connectionsThen = connections;
  }

  /** What is wrong with it, if others do better, who made so many connections with it; null where nothing is. */
  fault(connections: number): SafetyStop | null {
    if (this.#inVain.size >= sitesInVain && connections - this.#connectionsThen >= sitesInVain) {
      return { kind: 'no-connections', sites: this.#inVain.size, events: [] };
    }
    // Refusals take many sites to be believed, connections that never come about take few.
    return this.#watch.reason(!this.#watch.connected);
  }

  /** What it found so far of the kind that is wrong, unless that is doubted already. When a listing began cannot be told. */
  takeDoubt(stop: SafetyStop | null): Doubt[] {
    if (!this.isBelieved) return [];
    this.isBelieved = false;
    const about = stop?.kind === 'refused' ? 'refusals' : 'connections';
    const since = about === 'refusals' ? 0 : this.#connectedAt;
    return [{ worker: this.#worker, about, since, until: this.#heardAt }];
  }
}

function explain(stop: SafetyStop): string {
  if (stop.kind === 'no-connections') {
    return `none of the ${stop.sites} sites that it tried last took a connection; its network may block port 25`;
  }
  const lists = stop.blockLists.map(([name]) => name).join(', ');
  return `${stop.refusing} of the ${stop.sites} sites that answered it refuse it${lists === '' ? '' : `; they name ${lists}`}`;
}
