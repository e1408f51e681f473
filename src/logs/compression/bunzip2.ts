/**
 * bzip2, of several streams too, block by block by seek-bzip. Blocks are undone one at a time, so that memory is bounded:
 * 46 MB is the most that one can stand for.
 */
import bunzip from 'seek-bzip';
import { Bzip2Blocks, type Bzip2Block } from './bzip2-blocks.js';

const outputLength = 262_144;
/** The head of a stream with the largest blocks, under which a block of any size can be undone. */
const streamHead = Buffer.from('BZh9');

/** @throws {Error} where the bytes are damaged or end too early, after everything before that. */
export async function* bunzip2(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const blocks = new Bzip2Blocks();
  for await (const chunk of chunks) {
    for (const block of blocks.push(chunk)) yield* undoBlock(block);
  }
  if (blocks.unfinished) throw new Error('unexpected end of file');
}

function undoBlock({ bytes, bit }: Bzip2Block): Buffer[] {
  const output = new BlockOutput();
  bunzip.decodeBlock(Buffer.concat([streamHead, bytes]), streamHead.length * 8 + bit, output);
  return output.finish();
}

/** Where seek-bzip writes to. */
class BlockOutput {
  readonly #full: Buffer[] = [];
  #current = Buffer.allocUnsafe(outputLength);
  #length = 0;

  writeByte(byte: number): void {
    if (this.#length === outputLength) {
      this.#full.push(this.#current);
      this.#current = Buffer.allocUnsafe(outputLength);
      this.#length = 0;
    }
    this.#current[this.#length++] = byte;
  }

  finish(): Buffer[] {
    return [...this.#full, this.#current.subarray(0, this.#length)];
  }
}
