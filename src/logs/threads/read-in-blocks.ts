/**
 * A large log → its blocks, scanned by several threads, this one among them → what they found, handed on in the order of the
 * lines. So the result is the same as if one thread had read the log from beginning to end.
 */
import { setImmediate } from 'node:timers/promises';
import { longestLine } from '../split-lines.js';
import type { ScanTape } from '../scan-tape.js';
import { BlockBoard, type BlockPlan } from './block-board.js';
import type { Helpers } from './helpers.js';

const newline = 0x0a;
/** How long the reading goes on before others have their turn. */
const turnMs = 10;

/** Takes what was found in a block; false means that no more is needed. */
export type BlockReader = (found: ScanTape) => boolean;

/**
 * Reads a planned file, as long as `reader` wants more, and after the pauses that are asked for; gives how many lines there
 * were. @throws where it cannot be read.
 */
export async function readInBlocks(
  plan: BlockPlan,
  helpers: Helpers,
  reader: BlockReader,
  pause: () => Promise<unknown> | null = () => null,
): Promise<number> {
  const board = new BlockBoard(plan);
  const helped = helpers.help(plan);
  let lines = 0;
  let due = 0;
  try {
    while (board.hasNext()) {
      const found = board.next();
      lines += found.lines;
      if (!reader(found)) break;
      board.release();
      if (performance.now() < due) continue;
      // What was printed can go out, and an interrupt come in.
      await setImmediate();
      await pause();
      due = performance.now() + turnMs;
    }
  } finally {
    board.stop();
    await helped;
  }
  return lines;
}

/** Takes a log in chunks, as a `LineSplitter` does; must be closed. Alone it reads the lines of a chunk at once. */
export class BlockFeeder {
  /** Lines read so far. */
  lines = 0;
  readonly #board: BlockBoard;
  readonly #isAlone: boolean;
  readonly #helped: Promise<void> | undefined;
  readonly #reader: (found: ScanTape) => void;
  readonly #blockLength: number;
  #memory: Buffer;
  /** Bytes in the memory, and how many there must be before it is handed on. */
  #length = 0;
  #due: number;
  #startsInside = false;

  constructor(plan: BlockPlan, helpers: Helpers | null, reader: (found: ScanTape) => void) {
    this.#board = new BlockBoard(plan);
    this.#isAlone = helpers === null;
    this.#helped = helpers?.help(plan);
    this.#reader = reader;
    this.#blockLength = plan.blockLength;
    this.#memory = this.#board.nextMemory();
    this.#due = plan.blockLength;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(chunk.length - at, this.#due - this.#length);
      copyShared(chunk.subarray(at, at + taken), this.#memory, this.#length);
      this.#length += taken;
      at += taken;
      if (this.#length === this.#due) this.#handOn();
    }
    if (this.#isAlone && this.#length > 0) this.#handOn();
    while (this.#board.hasNext() && (this.#isAlone || this.#board.isNextDone())) this.#readNext();
  }

  /** Hands on the rest, and reads all that is left. */
  end(): void {
    if (this.#length > 0) this.#board.fill(this.#length, this.#startsInside);
    this.#length = 0;
    this.#board.end();
    while (this.#board.hasNext()) this.#readNext();
  }

  async close(): Promise<void> {
    this.#board.stop();
    await this.#helped;
  }

  /** Hands on whole lines, and the beginning of a line only if that is too long to be read. */
  #handOn(): void {
    const linesEnd = this.#memory.lastIndexOf(newline, this.#length - 1) + 1;
    const isTooLong = this.#length - linesEnd > longestLine;
    if (linesEnd === 0 && !isTooLong) {
      this.#due = Math.min(this.#length + this.#blockLength, longestLine + 1);
      return;
    }
    const length = isTooLong ? this.#length : linesEnd;
    const rest = this.#memory.subarray(length, this.#length);
    this.#board.fill(length, this.#startsInside);
    this.#begin(rest, isTooLong);
  }

  #begin(rest: Buffer, startsInside: boolean): void {
    while (!this.#board.hasRoom()) this.#readNext();
    this.#memory = this.#board.nextMemory();
    copyShared(rest, this.#memory, 0);
    this.#length = rest.length;
    this.#due = rest.length + this.#blockLength;
    this.#startsInside = startsInside;
  }

  #readNext(): void {
    const found = this.#board.next();
    this.lines += found.lines;
    this.#reader(found);
    this.#board.release();
  }
}

/** As `from.copy(to, at)`, which takes memory that threads share byte by byte, unless it is aligned: a tenth of the speed. */
function copyShared(from: Buffer, to: Buffer, at: number): void {
  if (from.length > 0) to.fill(from, at, at + from.length);
}
