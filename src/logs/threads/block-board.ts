/**
 * Blocks of a log that several threads scan: which are there, which are taken, and what was found in those that the reader,
 * one of the threads, has not read yet. The threads share nothing else, and tell each other nothing else.
 */
import type { FoundLines } from '../mail-log.js';
import { viewOf } from '../find-bytes.js';
import { FindingTape } from './finding-tape.js';
import {
  createBlockMemory,
  readBlock,
  scanBlock,
  type Block,
  type BlockMemory,
  type ScannedBlock,
} from './scan-block.js';

/** What a thread is handed to take part. */
export interface BlockPlan {
  /** The file that whoever scans a block reads it from; null where the reader fills them. */
  readonly file: { readonly fd: number; readonly size: number } | null;
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

/** How many blocks are there to be scanned, have been taken by threads, and read by the reader; and how many there will be. */
const thereWord = 0;
const takenWord = 1;
const readWord = 2;
const totalWord = 3;
/** Goes up whenever a thread that waits for a block may find one. */
const changesWord = 4;
const firstSlotWord = 5;
/** Words of a slot: the block scanned in it plus one, how many lines it had, how its tape ends; how it was filled. */
const blockWord = 0;
const linesWord = 1;
const lengthWord = 2;
const othersWord = 3;
const bytesWord = 4;
const insideWord = 5;
const slotWords = 6;

const unknownTotal = 0x7fffffff;
/** Instead of a number of lines: the block could not be read. */
const unreadable = -1;
/** How long to wait for another thread that has taken a block. */
const usualPatienceMs = 5000;

/** A plan for a file that is open. */
export function planFile(fd: number, size: number, blockLength: number, slots: number): BlockPlan {
  const plan = createPlan({ fd, size }, blockLength, slots);
  const words = new Int32Array(plan.control);
  words[thereWord] = Math.ceil(size / blockLength);
  words[totalWord] = words[thereWord];
  return plan;
}

/** A plan for what the reader will fill in. */
export function planStream(blockLength: number, slots: number): BlockPlan {
  const plan = createPlan(null, blockLength, slots);
  new Int32Array(plan.control)[totalWord] = unknownTotal;
  return plan;
}

function createPlan(file: BlockPlan['file'], blockLength: number, slots: number): BlockPlan {
  return {
    file,
    blockLength,
    slots: Array.from({ length: slots }, () => createBlockMemory(blockLength)),
    control: new SharedArrayBuffer((firstSlotWord + slots * slotWords) * 4),
  };
}

/** A thread's part in a plan. */
export class BlockBoard {
  readonly #plan: BlockPlan;
  readonly #words: Int32Array;

  readonly #patienceMs: number;

  constructor(plan: BlockPlan, patienceMs = usualPatienceMs) {
    this.#plan = plan;
    this.#patienceMs = patienceMs;
    this.#words = new Int32Array(plan.control);
  }

  /** Scans whatever blocks nobody else takes, until there will be no more. */
  scanAll(): void {
    for (;;) {
      const changes = Atomics.load(this.#words, changesWord);
      if (this.scanNext()) continue;
      if (this.#load(takenWord) >= this.#load(totalWord)) return;
      Atomics.wait(this.#words, changesWord, changes);
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

  /** Whether the reader has a slot to fill. */
  hasRoom(): boolean {
    return this.#load(thereWord) - this.#load(readWord) < this.#plan.slots.length;
  }

  /** The memory of the slot to be filled next. */
  nextMemory(): Buffer {
    return Buffer.from(this.#memoryOf(this.#load(thereWord)).bytes);
  }

  /** The reader has filled a slot with so many bytes; `startsInside`: they go on with a line of the block before. */
  fill(bytes: number, startsInside: boolean): void {
    const block = this.#load(thereWord);
    const slot = this.#slotOf(block);
    this.#words[slot + bytesWord] = bytes;
    this.#words[slot + insideWord] = startsInside ? 1 : 0;
    Atomics.store(this.#words, thereWord, block + 1);
    this.#change();
  }

  /** Whether there is a block for the reader to read. */
  hasNext(): boolean {
    return this.#load(readWord) < this.#load(thereWord);
  }

  /** Whether the block that the reader is to read next has been scanned. */
  isNextDone(): boolean {
    const block = this.#load(readWord);
    return this.#load(this.#slotOf(block) + blockWord) === block + 1;
  }

  /**
   * The block that the reader is to read next; until somebody has scanned it, this thread scans others. What another thread
   * has taken and does not bring, it scans itself. @throws where it cannot be read.
   */
  next(): FoundBlock {
    const block = this.#load(readWord);
    const word = this.#slotOf(block) + blockWord;
    while (!this.isNextDone()) {
      if (this.scanNext()) continue;
      const outcome = Atomics.wait(this.#words, word, this.#load(word), this.isNextDone() ? 0 : this.#patienceMs);
      if (outcome === 'timed-out' && !this.isNextDone()) return this.#found(block, this.#scan(block));
    }
    return this.#read(block);
  }

  /** The reader has read the block that was next. */
  release(): void {
    Atomics.add(this.#words, readWord, 1);
    this.#change();
  }

  /** There will be no more blocks than there are. */
  end(): void {
    Atomics.store(this.#words, totalWord, this.#load(thereWord));
    this.#change();
  }

  /** No more blocks are needed. */
  stop(): void {
    this.end();
    Atomics.store(this.#words, takenWord, this.#load(totalWord));
    this.#change();
  }

  /** The block taken, or -1. */
  #take(): number {
    for (;;) {
      const block = this.#load(takenWord);
      const isInUse = block - this.#load(readWord) >= this.#plan.slots.length;
      if (block >= this.#load(thereWord) || isInUse) return -1;
      if (Atomics.compareExchange(this.#words, takenWord, block, block + 1) === block) return block;
    }
  }

  #scan(block: number): ScannedBlock {
    const memory = this.#memoryOf(block);
    return scanBlock(this.#bytesOf(block, memory), memory);
  }

  #bytesOf(block: number, memory: BlockMemory): Block {
    const { file, blockLength } = this.#plan;
    if (file !== null) {
      const position = block * blockLength;
      return readBlock(file.fd, position, Math.min(blockLength, file.size - position), memory);
    }
    const slot = this.#slotOf(block);
    const end = this.#words[slot + bytesWord]!;
    return { buffer: Buffer.from(memory.bytes, 0, end), startsInside: this.#words[slot + insideWord] === 1, end };
  }

  #read(block: number): FoundBlock {
    const slot = this.#slotOf(block);
    if (this.#words[slot + linesWord] === unreadable) return this.#found(block, this.#scan(block));
    const [lines = 0, length = 0, others = 0] = this.#words.subarray(slot + linesWord, slot + bytesWord);
    return this.#found(block, { lines, written: { length, endsWithOthers: others !== 0 } });
  }

  #found(block: number, { lines, written }: ScannedBlock): FoundBlock {
    const { bytes, tape } = this.#memoryOf(block);
    return { lines, bytes: viewOf(new Uint8Array(bytes)), tape: new FindingTape(tape, written) };
  }

  #change(): void {
    Atomics.add(this.#words, changesWord, 1);
    Atomics.notify(this.#words, changesWord);
  }

  #load(word: number): number {
    return Atomics.load(this.#words, word);
  }

  #memoryOf(block: number): BlockMemory {
    return this.#plan.slots[block % this.#plan.slots.length]!;
  }

  #slotOf(block: number): number {
    return firstSlotWord + (block % this.#plan.slots.length) * slotWords;
  }
}
