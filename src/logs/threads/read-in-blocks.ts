/**
 * A large file → its blocks, scanned by several threads, this one among them → what they found, handed on in the order of
 * the lines. So the result is the same as if one thread had read the file from beginning to end.
 */
import { setImmediate } from 'node:timers/promises';
import { BlockBoard, type BlockPlan, type FoundBlock } from './block-board.js';
import type { Helpers } from './helpers.js';

/** Takes what was found in a block; false means that no more is needed. */
export type BlockReader = (found: FoundBlock) => boolean;

/** Reads what is planned, as long as `reader` wants more; gives how many lines there were. @throws where a file cannot be read. */
export async function readInBlocks(plan: BlockPlan, helpers: Helpers, reader: BlockReader): Promise<number> {
  const board = new BlockBoard(plan);
  let areThere = true;
  const helped = helpers.help(plan).catch(() => {
    areThere = false;
  });
  let lines = 0;
  try {
    for (let block = 0; block < board.blocks; block++) {
      const found = await findBlock(board, block, () => areThere);
      lines += found.lines;
      if (!reader(found)) break;
      board.release(block);
      // What was printed can go out, and an interrupt come in.
      await setImmediate();
    }
  } finally {
    board.stop();
    await helped;
  }
  return lines;
}

/** The block, done by whomever; this thread scans others rather than wait. A block whose helper has died it scans itself. */
async function findBlock(board: BlockBoard, block: number, areHelpersThere: () => boolean): Promise<FoundBlock> {
  while (!board.isDone(block)) {
    if (board.scanNext()) continue;
    if (!areHelpersThere()) return board.scanAgain(block);
    board.waitFor(block);
    if (!board.isDone(block)) await setImmediate();
  }
  return board.read(block);
}
