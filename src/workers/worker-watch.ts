/**
 * Watches what each worker finds: one that reaches nobody where others do, or that most sites refuse where others are
 * answered, says something of itself and not of the senders.
 */
import { conductOf } from '../plan/conduct.js';
import type { Batch, BatchReport } from '../plan/planner.js';
import { SafetyWatch, type SafetyStop } from '../plan/safety-stops.js';

/** What is to be made of a report. */
export interface Weighed {
  /** Whether it counts; else its batch is for another worker. */
  readonly counts: boolean;
  /** Why the worker should take no more; null where it may. */
  readonly why: string | null;
}

/** The workers of a run, by name. */
export class WorkerWatch {
  readonly #watches = new Map<string, SafetyWatch>();

  /** Takes in what a worker found. */
  weigh(worker: string, batch: Batch, report: BatchReport): Weighed {
    const watch = this.#watchOf(worker);
    if (report.session !== null) watch.sawConnection();
    const conduct = conductOf(batch, report);
    if (conduct.kind === 'unreached') watch.sawUnreachable(conduct.evidence);
    else watch.sawConduct(batch.server, conduct);
    if (!this.#othersDoBetter(worker)) return { counts: true, why: null };
    // Refusals take many sites to be believed, connections that never come about take few.
    const stop = watch.reason(!watch.connected);
    return { counts: watch.connected && stop === null, why: stop && explain(stop) };
  }

  /** Whether another worker connects, and is not refused by most. */
  #othersDoBetter(worker: string): boolean {
    return [...this.#watches].some(
      ([name, other]) => name !== worker && other.connected && other.reason(false) === null,
    );
  }

  #watchOf(worker: string): SafetyWatch {
    const known = this.#watches.get(worker) ?? new SafetyWatch();
    this.#watches.set(worker, known);
    return known;
  }
}

function explain(stop: SafetyStop): string {
  if (stop.kind === 'no-connections') {
    return `none of the ${stop.sites} sites that it tried took a connection; its network may block port 25`;
  }
  const lists = stop.blockLists.map(([name]) => name).join(', ');
  return `${stop.refusing} of the ${stop.sites} sites that answered it refuse it${lists === '' ? '' : `; they name ${lists}`}`;
}
