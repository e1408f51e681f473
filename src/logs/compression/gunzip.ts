/**
 * gzip (RFC 1952), of several members too, by node:zlib.
 */
import { createGunzip, type Gunzip } from 'node:zlib';

/** Bytes that come out at a time. */
const outputLength = 1_048_576;
/** Compressed bytes that go in at a time. */
const stepLength = 262_144;
/** So many outputs are held at most: a step of a bomb makes hundreds. */
const mostReady = 4;

/** @throws {Error} where the bytes are damaged or end too early, after everything before that. */
export async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: outputLength });
  const outputs = new Outputs(unzip);
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && !unzip.destroyed; at += stepLength) {
        // Another thread undoes these bytes while the reader works on those before.
        yield* outputs.until(outputs.write(chunk.subarray(at, at + stepLength)));
      }
      if (unzip.destroyed) break;
    }
    unzip.end();
    yield* outputs.until(outputs.closed);
    yield* outputs.rest();
    if (unzip.errored !== null) throw unzip.errored;
  } finally {
    unzip.destroy();
  }
}

/** What comes out, made to wait where it comes faster than it is wanted. */
class Outputs {
  /** An error ends a write without a word to its callback. */
  readonly closed: Promise<void>;
  readonly #unzip: Gunzip;
  readonly #ready: Buffer[] = [];
  #came = (): void => {};

  constructor(unzip: Gunzip) {
    this.#unzip = unzip;
    this.closed = new Promise((resolve) => unzip.once('close', resolve));
    unzip.on('error', () => undefined).on('data', (output: Buffer) => this.#take(output));
  }

  write(bytes: Buffer): Promise<void> {
    const written = new Promise<void>((resolve) => this.#unzip.write(bytes, () => resolve()));
    return Promise.race([written, this.closed]);
  }

  /** What is ready, and what comes until then. */
  async *until(end: Promise<void>): AsyncGenerator<Buffer> {
    const over = end.then(() => true);
    do yield* this.rest();
    while (!(await Promise.race([over, this.#next()])));
  }

  *rest(): Generator<Buffer> {
    yield* this.#ready.splice(0);
    this.#unzip.resume();
  }

  #next(): Promise<false> {
    return new Promise((resolve) => {
      this.#came = () => resolve(false);
    });
  }

  #take(output: Buffer): void {
    this.#ready.push(output);
    if (this.#ready.length >= mostReady) this.#unzip.pause();
    this.#came();
  }
}
