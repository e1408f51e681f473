/**
 * The thread that scans blocks: one job a message, one answer a job, in order.
 */
import { parentPort } from 'node:worker_threads';
import { scanBlock, type BlockJob, type ScannedBlock } from './scan-block.js';

/** What comes back: the block, or why it could not be read. */
export type ThreadAnswer = ScannedBlock | { readonly error: NodeJS.ErrnoException };

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
parentPort?.on('message', (job: BlockJob) => parentPort?.postMessage(answer(job)));

function answer(job: BlockJob): ThreadAnswer {
  try {
    return scanBlock(job);
  } catch (error) {
    return { error: error as NodeJS.ErrnoException };
  }
}
