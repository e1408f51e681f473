/**
 * gzip (RFC 1952), of several members too, by node:zlib.
 */
import { createGunzip } from 'node:zlib';

const outputLength = 262_144;

/** Compressed bytes that go in at a time: they give a thousand times as much at most, which is held in memory. */
const stepLength = 65_536;

/** @throws {Error} where the bytes are damaged or end too early, after everything before that. */
export async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: outputLength });
  const ready: Buffer[] = [];
  unzip.on('data', (chunk: Buffer) => ready.push(chunk)).on('error', () => undefined);
  // An error ends a write without a word to its callback.
  const closed = new Promise<void>((resolve) => unzip.once('close', resolve));
  const write = (bytes: Buffer): Promise<void> => {
    const written = new Promise<void>((resolve) => unzip.write(bytes, () => resolve()));
    return Promise.race([written, closed]);
  };
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && !unzip.destroyed; at += stepLength) {
        // Another thread undoes these bytes while the reader works on those before.
        const written = write(chunk.subarray(at, at + stepLength));
        yield* ready.splice(0);
        await written;
      }
      if (unzip.destroyed) break;
    }
    unzip.end();
    await closed;
    yield* ready;
    if (unzip.errored !== null) throw unzip.errored;
  } finally {
    unzip.destroy();
  }
}
