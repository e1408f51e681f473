/**
 * Threads that help the main one to scan large files. They are started with the first file, and must be closed.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BlockPlan } from './block-board.js';

/** More find no more to do: what the lines say together is worked out by one thread. */
const mostHelpers = 2;
/** Less than that, bytes, is read in the time that it takes to start them. */
const worthHelpers = 33_554_432;

/** Whoever helps to scan. */
export interface Helpers {
  /** How many there are; with none, a file is better read in one piece. */
  readonly count: number;
  /** Takes part in a plan. Ends when there is nothing left to do in it; fails where a helper comes to grief. */
  help(plan: BlockPlan): Promise<void>;
  close(): Promise<void>;
}

/** Helps in threads of its own, as many as there are processors to spare. */
export class HelperThreads implements Helpers {
  readonly count: number;
  #workers: Worker[] = [];

  /** `bytes`: about how much there is to read in all. */
  constructor(bytes: number) {
    this.count = bytes < worthHelpers ? 0 : Math.min(mostHelpers, availableParallelism() - 1);
  }

  async help(plan: BlockPlan): Promise<void> {
    if (this.#workers.length === 0) this.#workers = Array.from({ length: this.count }, startWorker);
    await Promise.all(this.#workers.map((worker) => answer(worker, plan)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers = [];
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./scan-thread.js', import.meta.url));
}

function answer(worker: Worker, plan: BlockPlan): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve()).once('error', reject);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
    worker.postMessage(plan);
  });
}
