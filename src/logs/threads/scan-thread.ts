/**
 * A thread that helps to scan: a plan a message, an answer when there is nothing left to do in it.
 */
import { parentPort } from 'node:worker_threads';
import { BlockBoard, type BlockPlan } from './block-board.js';

parentPort?.on('message', (plan: BlockPlan) => {
  new BlockBoard(plan).scanAll();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
  parentPort?.postMessage('done');
});
