/**
 * Threads that help the main one to scan large logs. They are started when there is enough to do, and must be closed.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createScanMemory, type ScanMemory } from '../log-scanner.js';
import type { BlockPlan } from './block-board.js';

/** More find no more to do: what the lines say together is worked out by one thread. */
const mostHelpers = 2;
/** Less than that, bytes, is read in the time that it takes to start them. */
const worthHelpers = 33_554_432;
/** Smaller logs are read by one thread sooner than two can be told of them. */
const smallestLog = 4_194_304;

/** Whoever helps to scan. */
export interface Helpers {
  /** What they and the reader scan in, one log at a time. */
  readonly memory: ScanMemory;
  /** Whether they are worth having for a log of so many bytes, after all those asked about before. */
  areWorth(bytes: number): boolean;
  /** They take part in a plan, until there is nothing left to do in it. */
  help(plan: BlockPlan): Promise<void>;
  close(): Promise<void>;
}

/** Helpers in threads of their own, as many as there are processors to spare. */
export class HelperThreads implements Helpers {
  readonly #count = Math.min(mostHelpers, availableParallelism() - 1);
  #workers: Worker[] = [];
  #memory: ScanMemory | undefined;
  #bytes = 0;

  get memory(): ScanMemory {
    this.#memory ??= createScanMemory();
    return this.#memory;
  }

  areWorth(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#count > 0 && bytes >= smallestLog && this.#bytes >= worthHelpers;
  }

  async help(plan: BlockPlan): Promise<void> {
    if (this.#workers.length === 0) this.#workers = Array.from({ length: this.#count }, startWorker);
    await Promise.all(this.#workers.map((worker) => answer(worker, plan)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers = [];
  }
}

function startWorker(): Worker {
  return new Worker(createRequire(import.meta.url).resolve('#scan-thread'));
}

/** Once the worker is done with the plan, or gone: the reader does without it then. */
function answer(worker: Worker, plan: BlockPlan): Promise<void> {
  return new Promise((resolve) => {
    worker.once('message', () => resolve()).once('error', () => resolve());
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
    worker.postMessage(plan);
  });
}
