/**
 * Blocks of a log that several threads scan: which are there, which are taken, and what was found in those that the reader,
 * one of the threads, has not read yet. The threads share nothing else, and tell each other nothing else.
 */
import { readSync } from 'node:fs';
import { LogScanner, bytesOfSlot, type Block, type ScanMemory } from '../log-scanner.js';
import { ScanTape } from '../scan-tape.js';

/** What a thread is handed to take part. */
export interface BlockPlan {
  /** The file that whoever scans a block reads it from; null where the reader fills them. */
  readonly file: { readonly fd: number; readonly size: number } | null;
  readonly blockLength: number;
  /** Block `n` is kept in slot `n` modulo their number. */
  readonly slots: number;
  readonly memory: ScanMemory;
  readonly withPostfix: boolean;
  /** The words below. */
  readonly control: SharedArrayBuffer;
}

/** How to cut a log into blocks: their length, `longestBlock` at most, and how many are under way, `slotCount` at most. */
export interface Cutting {
  readonly blockLength: number;
  readonly slots: number;
}

/** How many blocks are there to be scanned, have been taken by threads, and read by the reader; and how many there will be. */
const thereWord = 0;
const takenWord = 1;
const readWord = 2;
const totalWord = 3;
/** Goes up whenever a thread that waits for a block may find one. */
const changesWord = 4;
const firstSlotWord = 5;
/** Words of a slot: the block scanned in it plus one, whether that could not be read, and how it was filled. */
const blockWord = 0;
const failedWord = 1;
const bytesWord = 2;
const insideWord = 3;
const slotWords = 4;

const newline = 0x0a;
/** Bytes read at a time of a line that goes over the end of a block. */
const restLength = 1024;
const unknownTotal = 0x7fffffff;
/** How long to wait for another thread that has taken a block. */
const usualPatienceMs = 5000;

/** A plan for a file that is open. */
export function planFile(
  fd: number,
  size: number,
  memory: ScanMemory,
  withPostfix: boolean,
  cutting: Cutting,
): BlockPlan {
  const plan = createPlan({ fd, size }, memory, withPostfix, cutting);
  const words = new Int32Array(plan.control);
  words[thereWord] = Math.ceil(size / cutting.blockLength);
  words[totalWord] = words[thereWord];
  return plan;
}

/** A plan for what the reader will fill in. */
export function planStream(memory: ScanMemory, withPostfix: boolean, cutting: Cutting): BlockPlan {
  const plan = createPlan(null, memory, withPostfix, cutting);
  new Int32Array(plan.control)[totalWord] = unknownTotal;
  return plan;
}

function createPlan(
  file: BlockPlan['file'],
  memory: ScanMemory,
  withPostfix: boolean,
  { blockLength, slots }: Cutting,
): BlockPlan {
  const control = new SharedArrayBuffer((firstSlotWord + slots * slotWords) * 4);
  return { file, blockLength, slots, memory, withPostfix, control };
}

/** A thread's part in a plan. */
export class BlockBoard {
  readonly #plan: BlockPlan;
  readonly #words: Int32Array;
  readonly #scanner: LogScanner;
  readonly #tape: ScanTape;
  readonly #patienceMs: number;
  readonly #slotsPerWaking: number;

  constructor(plan: BlockPlan, patienceMs = usualPatienceMs) {
    this.#plan = plan;
    this.#patienceMs = patienceMs;
    this.#slotsPerWaking = Math.ceil(plan.slots / 2);
    this.#words = new Int32Array(plan.control);
    this.#scanner = new LogScanner(plan.memory);
    this.#tape = new ScanTape(plan.memory);
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
    this.#words[slot + failedWord] = this.#tryToScan(block) ? 0 : 1;
    Atomics.store(this.#words, slot + blockWord, block + 1);
    Atomics.notify(this.#words, slot + blockWord);
    return true;
  }

  /** Whether the reader has a slot to fill. */
  hasRoom(): boolean {
    return this.#load(thereWord) - this.#load(readWord) < this.#plan.slots;
  }

  /** The memory of the slot to be filled next. */
  nextMemory(): Buffer {
    return bytesOfSlot(this.#plan.memory, this.#load(thereWord) % this.#plan.slots);
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
  next(): ScanTape {
    const block = this.#load(readWord);
    const word = this.#slotOf(block) + blockWord;
    while (!this.isNextDone()) {
      if (this.scanNext()) continue;
      const outcome = Atomics.wait(this.#words, word, this.#load(word), this.isNextDone() ? 0 : this.#patienceMs);
      if (outcome === 'timed-out' && !this.isNextDone()) break;
    }
    if (!this.isNextDone() || this.#words[this.#slotOf(block) + failedWord] !== 0) this.#scan(block);
    this.#tape.open(block % this.#plan.slots);
    return this.#tape;
  }

  /** The reader has read the block that was next. Waking a thread takes longer than to scan a block, so it is for several. */
  release(): void {
    const read = Atomics.add(this.#words, readWord, 1);
    if (read % this.#slotsPerWaking === 0) this.#change();
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
      const isInUse = block - this.#load(readWord) >= this.#plan.slots;
      if (block >= this.#load(thereWord) || isInUse) return -1;
      if (Atomics.compareExchange(this.#words, takenWord, block, block + 1) === block) return block;
    }
  }

  #tryToScan(block: number): boolean {
    try {
      this.#scan(block);
      return true;
    } catch {
      return false;
    }
  }

  /** Scans a block that this thread has taken. @throws where it cannot be read. */
  #scan(block: number): void {
    const { file, slots, withPostfix } = this.#plan;
    const found = file === null ? this.#filled(block) : this.#readBlock(block, file);
    this.#scanner.scan(block % slots, found, withPostfix);
  }

  #filled(block: number): Block {
    const slot = this.#slotOf(block);
    const end = this.#words[slot + bytesWord]!;
    return { length: end, end, startsInside: this.#words[slot + insideWord] === 1 };
  }

  /** With the byte before it, which says whether a line begins here, and the rest of the last line. */
  #readBlock(block: number, { fd, size }: { readonly fd: number; readonly size: number }): Block {
    const { blockLength, slots, memory } = this.#plan;
    const position = block * blockLength;
    const before = block === 0 ? 0 : 1;
    const wanted = before + Math.min(blockLength, size - position);
    const bytes = bytesOfSlot(memory, block % slots);
    const end = readBytes(fd, position - before, bytes, wanted);
    return { length: Math.min(wanted, end), end, startsInside: before > 0 };
  }

  #change(): void {
    Atomics.add(this.#words, changesWord, 1);
    Atomics.notify(this.#words, changesWord);
  }

  #load(word: number): number {
    return Atomics.load(this.#words, word);
  }

  #slotOf(block: number): number {
    return firstSlotWord + (block % this.#plan.slots) * slotWords;
  }
}

/**
 * Reads `wanted` bytes from `position` on and then as many as end the last line; gives how many.
 * @throws where they cannot be read.
 */
function readBytes(fd: number, position: number, bytes: Buffer, wanted: number): number {
  let length = 0;
  for (let from = -1; length > from && length < bytes.length;) {
    from = length;
    const most = from < wanted ? wanted : Math.min(from + restLength, bytes.length);
    length += readSync(fd, bytes, from, most - from, position + from);
    if (length >= wanted && bytes.subarray(Math.max(from, wanted - 1), length).includes(newline)) break;
  }
  return length;
}
