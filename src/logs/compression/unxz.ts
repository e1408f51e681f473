/**
 * xz, of several streams too, by xz-decompress (xz-embedded, compiled to WebAssembly).
 */
import { ReadableStream } from 'node:stream/web';
import xz from 'xz-decompress';
import { stepsOf } from './steps.js';

/** Compressed bytes that go in at a time. */
const steps = { least: 512, most: 65_536 };

/** What xz-embedded's error codes (xz_ret) mean. */
const reasons: Readonly<Record<string, string>> = {
  3: 'not enough memory',
  4: 'needs more memory than the decoder allows; try xz -dc',
  5: 'not xz data',
  6: 'made with options that the decoder does not know; try xz -dc',
  7: 'damaged data',
  8: 'unexpected end of file',
};

/** @throws {Error} where the bytes are damaged or end too early, after everything before that. */
export async function* unxz(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = stepsOf(chunks, steps);
  const compressed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  try {
    for await (const chunk of new xz.XzReadableStream(compressed)) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  } catch (error) {
    const code = /error code (\d+)$/.exec(error instanceof Error ? error.message : '')?.[1];
    const reason = code === undefined ? undefined : reasons[code];
    throw reason === undefined ? error : new Error(reason, { cause: error });
  }
}
