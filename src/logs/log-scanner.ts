/**
 * The scanner of log lines (scanner/, AssemblyScript compiled to WebAssembly: vector instructions, no object for a line) and the
 * memory that it works in, which threads share: slots, each with room for a block of a log and for the tape of what is found in it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { longestLine } from './split-lines.js';

/** Longest block, bytes: it stays in a processor's cache, with its tape. */
export const longestBlock = 262_144;
/** Blocks that are scanned or wait to be read at a time. */
export const slotCount = 8;

/** Bytes that WebAssembly's memory grows by. The first of them are for the scanner's own texts. */
const pageLength = 65_536;
/** Before a block stands the byte before it; after it the rest of a line that goes over its end, and what vectors read in vain. */
const bytesLength = 64 + longestBlock + longestLine + 64;
/** A record for each line that has a header, and the tape's head. */
export const recordLength = 64;
/** `Nov 23 09:31:07 ` and a line feed. */
const shortestLine = 17;
const tapeLength = (Math.ceil(bytesLength / shortestLine) + 2) * recordLength;
/** Where scanner/settle.ts keeps the messages of a block. */
const tableLength = 32_768;
const slotLength = Math.ceil((bytesLength + tapeLength + tableLength) / pageLength) * pageLength;

/** What threads are handed to scan together: both can be posted to another thread. */
export interface ScanMemory {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** Memory for one reader and its helpers. It holds one log at a time. */
export function createScanMemory(): ScanMemory {
  const pages = 1 + (slotCount * slotLength) / pageLength;
  return {
    module: new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('#log-scanner'))),
    memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }),
  };
}

/** Where the bytes of a slot stand in the memory. */
function bytesStart(slot: number): number {
  return pageLength + slot * slotLength;
}

/** Where the tape of a slot stands in the memory. */
export function tapeStart(slot: number): number {
  return bytesStart(slot) + bytesLength;
}

/** A slot's bytes: room for a block, the byte before it and the rest of its last line. */
export function bytesOfSlot({ memory }: ScanMemory, slot: number): Buffer {
  return Buffer.from(memory.buffer, bytesStart(slot), bytesLength - 64);
}

/** A block that stands in a slot. */
export interface Block {
  /** Its lines are those that begin before it has so many bytes. */
  readonly length: number;
  /** Bytes that there are, with the rest of its last line. */
  readonly end: number;
  /** Whether it begins inside a line of the block before. */
  readonly startsInside: boolean;
}

/** The exports of scanner/scan.ts. */
interface ScannerExports {
  scan(start: number, blockEnd: number, end: number, inside: boolean, tape: number, table: number): void;
}

/** One thread's scanner. */
export class LogScanner {
  readonly #exports: ScannerExports;

  constructor({ module, memory }: ScanMemory) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.#exports = exports as unknown as ScannerExports;
  }

  /** Scans the block in a slot and writes the slot's tape; only `withPostfix` is it read what Postfix's lines say. */
  scan(slot: number, { length, end, startsInside }: Block, withPostfix: boolean): void {
    const start = bytesStart(slot);
    const tape = tapeStart(slot);
    this.#exports.scan(start, start + length, start + end, startsInside, tape, withPostfix ? tape + tapeLength : 0);
  }
}
