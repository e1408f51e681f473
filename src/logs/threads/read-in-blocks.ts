/**
 * A large file → its blocks, scanned by several threads at a time → what they found, handed to one reader in the order of
 * the lines. So the result is the same as if one thread had read the file from beginning to end.
 */
import { viewOf } from '../find-bytes.js';
import type { FoundLines } from '../mail-log.js';
import { createBlockMemory, type BlockMemory, type ScannedBlock } from './scan-block.js';
import { FindingTape } from './finding-tape.js';
import type { BlockScanner } from './scan-threads.js';

/** Large enough to make messages between threads rare, small enough to stay in a processor's cache. */
export const usualBlockLength = 1_048_576;

/** Blocks that wait for each thread while it works, that it may never wait. */
const blocksAhead = 2;

/** A block under way. */
interface BlockUnderWay {
  readonly memory: BlockMemory;
  readonly scanned: Promise<ScannedBlock>;
}

/** Reads `size` bytes of an open file and hands them on as long as `reader` says to go on; gives how many lines there were. */
export async function readInBlocks(
  file: { readonly fd: number; readonly size: number },
  scanner: BlockScanner,
  reader: (found: FoundLines) => boolean,
  blockLength = usualBlockLength,
): Promise<number> {
  const underWay: BlockUnderWay[] = [];
  const free = Array.from({ length: scanner.parallelism * blocksAhead }, () => createBlockMemory(blockLength));
  let [position, lines] = [0, 0];
  try {
    for (;;) {
      while (free.length > 0 && position < file.size) {
        const memory = free.pop()!;
        const length = Math.min(blockLength, file.size - position);
        underWay.push({ memory, scanned: noted(scanner.scan({ fd: file.fd, position, length, memory })) });
        position += length;
      }
      const next = underWay.shift();
      if (next === undefined) return lines;
      const scanned = await next.scanned;
      lines += scanned.lines;
      const { bytes, tape } = next.memory;
      const found = { bytes: viewOf(new Uint8Array(bytes)), tape: new FindingTape(tape, scanned.written) };
      if (!reader(found)) return lines;
      free.push(next.memory);
    }
  } finally {
    // Threads still write there.
    await Promise.allSettled(underWay.map(({ scanned }) => scanned));
  }
}

/** A failure is told when its turn comes; until then it is not one that nobody handles. */
function noted<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
