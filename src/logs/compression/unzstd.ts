/**
 * zstd (RFC 8878), of several frames too, by fzstd.
 */
import { Decompress } from 'fzstd';
import { stepsOf } from './steps.js';
import { ZstdWindowGuard } from './zstd-window.js';

/**
 * The compressed bytes go in by so many: each four of them may stand for a block of 128 kB, and what one step gives is
 * held in memory.
 */
const steps = { least: 1024, most: 1024 };

/** @throws {Error} where the bytes are damaged, end too early or need too much memory, after everything before that. */
export async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const blocks: Buffer[] = [];
  const guard = new ZstdWindowGuard();
  const unzip = new Decompress((block) => {
    if (block.length > 0) blocks.push(Buffer.from(block.buffer, block.byteOffset, block.byteLength));
  });
  for await (const step of stepsOf(chunks, steps)) {
    const failure = attempt(() => {
      guard.check(step);
      unzip.push(step);
    });
    yield* blocks.splice(0);
    if (failure !== null) throw failure;
  }
  const failure = attempt(() => unzip.push(new Uint8Array(0), true));
  yield* blocks;
  if (failure !== null) throw failure;
}

/** What the function threw, or null. */
function attempt(run: () => void): Error | null {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
