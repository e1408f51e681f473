/**
 * The blocks of a file that several threads scan: which are taken, which are done, and what was found in those that the
 * reader, one of the threads, has not read yet. The threads share nothing else, and tell each other nothing else.
 */
import type { FoundLines } from '../mail-log.js';
import { viewOf } from '../find-bytes.js';
import { FindingTape } from './finding-tape.js';
import { createBlockMemory, scanBlock, type BlockMemory, type ScannedBlock } from './scan-block.js';

/** What a thread is handed to take part. */
export interface BlockPlan {
  /** An open file, and how much of it is to be read. */
  readonly fd: number;
  readonly size: number;
  readonly blockLength: number;
  /** Block `n` is kept in slot `n` modulo their number. */
  readonly slots: readonly BlockMemory[];
  /** The words below. */
  readonly control: SharedArrayBuffer;
}

/** A block that was scanned. */
export interface FoundBlock extends FoundLines {
  readonly lines: number;
}

/** How many blocks threads have taken, and how many the reader has read. */
const takenWord = 0;
const readWord = 1;
const firstSlotWord = 2;
/** Words of a slot: the block in it plus one, how many lines it had, how its tape ends. */
const blockWord = 0;
const linesWord = 1;
const lengthWord = 2;
const othersWord = 3;
const slotWords = 4;

/** Instead of a number of lines: the block could not be read. */
const unreadable = -1;
/** Longest wait for another thread before a look at whether it is still there. */
const patienceMs = 20;

/** A plan for a file that is open. */
export function planBlocks(fd: number, size: number, blockLength: number, slots: number): BlockPlan {
  return {
    fd,
    size,
    blockLength,
    slots: Array.from({ length: slots }, () => createBlockMemory(blockLength)),
    control: new SharedArrayBuffer((firstSlotWord + slots * slotWords) * 4),
  };
}

/** A thread's part in a plan. */
export class BlockBoard {
  /** How many blocks there are. */
  readonly blocks: number;
  readonly #plan: BlockPlan;
  readonly #words: Int32Array;

  constructor(plan: BlockPlan) {
    this.#plan = plan;
    this.#words = new Int32Array(plan.control);
    this.blocks = Math.ceil(plan.size / plan.blockLength);
  }

  /** Scans whatever blocks nobody else takes, until there are none left. */
  scanAll(): void {
    for (;;) {
      const read = Atomics.load(this.#words, readWord);
      if (this.scanNext()) continue;
      if (Atomics.load(this.#words, takenWord) >= this.blocks) return;
      Atomics.wait(this.#words, readWord, read);
    }
  }

  /** Scans the next block that nobody has taken; false where there is none, or no slot for it. */
  scanNext(): boolean {
    const block = this.#take();
    if (block < 0) return false;
    const slot = this.#slotOf(block);
    try {
      const { lines, written } = this.#scan(block);
      this.#words[slot + linesWord] = lines;
      this.#words[slot + lengthWord] = written.length;
      this.#words[slot + othersWord] = written.endsWithOthers ? 1 : 0;
    } catch {
      this.#words[slot + linesWord] = unreadable;
    }
    Atomics.store(this.#words, slot + blockWord, block + 1);
    Atomics.notify(this.#words, slot + blockWord);
    return true;
  }

  /** Whether the block has been scanned. */
  isDone(block: number): boolean {
    return Atomics.load(this.#words, this.#slotOf(block) + blockWord) === block + 1;
  }

  /** Waits for another thread to have done the block, though not for ever. */
  waitFor(block: number): void {
    const word = this.#slotOf(block) + blockWord;
    const before = Atomics.load(this.#words, word);
    if (before !== block + 1) Atomics.wait(this.#words, word, before, patienceMs);
  }

  /** What was found in a block that is done. @throws where it could not be read. */
  read(block: number): FoundBlock {
    const slot = this.#slotOf(block);
    if (this.#words[slot + linesWord] === unreadable) return this.scanAgain(block);
    const [lines = 0, length = 0, others = 0] = this.#words.subarray(slot + linesWord, slot + slotWords);
    return this.#found(block, { lines, written: { length, endsWithOthers: others !== 0 } });
  }

  /** Scans a block that another thread has failed to. @throws where it cannot be read. */
  scanAgain(block: number): FoundBlock {
    return this.#found(block, this.#scan(block));
  }

  /** The reader has read the block, and all before it. */
  release(block: number): void {
    Atomics.store(this.#words, readWord, block + 1);
    Atomics.notify(this.#words, readWord);
  }

  /** No more blocks are needed. */
  stop(): void {
    Atomics.store(this.#words, takenWord, this.blocks);
    this.release(this.blocks);
  }

  /** The block taken, or -1. */
  #take(): number {
    for (;;) {
      const block = Atomics.load(this.#words, takenWord);
      const isInUse = block - Atomics.load(this.#words, readWord) >= this.#plan.slots.length;
      if (block >= this.blocks || isInUse) return -1;
      if (Atomics.compareExchange(this.#words, takenWord, block, block + 1) === block) return block;
    }
  }

  #scan(block: number): ScannedBlock {
    const { fd, size, blockLength } = this.#plan;
    const position = block * blockLength;
    return scanBlock({ fd, position, length: Math.min(blockLength, size - position), memory: this.#memoryOf(block) });
  }

  #found(block: number, { lines, written }: ScannedBlock): FoundBlock {
    const { bytes, tape } = this.#memoryOf(block);
    return { lines, bytes: viewOf(new Uint8Array(bytes)), tape: new FindingTape(tape, written) };
  }

  #memoryOf(block: number): BlockMemory {
    return this.#plan.slots[block % this.#plan.slots.length]!;
  }

  #slotOf(block: number): number {
    return firstSlotWord + (block % this.#plan.slots.length) * slotWords;
  }
}
