/**
 * Threads that scan blocks side by side. They are started when the first block comes, and must be closed.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BlockJob, ScannedBlock } from './scan-block.js';
import type { ThreadAnswer } from './scan-thread.js';

/** More find no more to do: what the lines say together is worked out by one thread. */
const mostThreads = 2;
/** Less than that, bytes, is read in the time that it takes to start them. */
const worthThreads = 33_554_432;

/** Scans blocks, several at a time. */
export interface BlockScanner {
  /** How many blocks are scanned at a time; 0 where it is not worth while. */
  readonly parallelism: number;
  scan(job: BlockJob): Promise<ScannedBlock>;
  close(): Promise<void>;
}

/** Scans blocks in other threads, where there is more than one processor. */
export class ScanThreads implements BlockScanner {
  readonly parallelism: number;
  #threads: ScanThread[] = [];
  #next = 0;

  /** `bytes`: how much there is to read in all, about. */
  constructor(bytes: number) {
    this.parallelism = bytes >= worthThreads && availableParallelism() > 1 ? mostThreads : 0;
  }

  scan(job: BlockJob): Promise<ScannedBlock> {
    if (this.#threads.length === 0) this.#threads = Array.from({ length: this.parallelism }, () => new ScanThread());
    const thread = this.#threads[this.#next++ % this.parallelism]!;
    return thread.scan(job);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
    this.#threads = [];
  }
}

/** One thread; answers come in the order of the jobs. */
class ScanThread {
  readonly #worker = new Worker(new URL('./scan-thread.js', import.meta.url));
  #waiting: { resolve: (scanned: ScannedBlock) => void; reject: (error: Error) => void }[] = [];

  constructor() {
    this.#worker.on('message', (answer: ThreadAnswer) => {
      const waiting = this.#waiting.shift();
      if ('error' in answer) waiting?.reject(answer.error);
      else waiting?.resolve(answer);
    });
    this.#worker.on('error', (error: Error) => {
      for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    });
  }

  scan(job: BlockJob): Promise<ScannedBlock> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
      this.#worker.postMessage(job);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
