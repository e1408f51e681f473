/**
 * gzip (RFC 1952), of several members too, by node:zlib.
 */
import { createGunzip, type Gunzip } from 'node:zlib';
import { stepsOf } from './steps.js';

/** Bytes that come out at a time. */
const outputLength = 1_048_576;
/** So many outputs are held at most: a step of a bomb makes hundreds. */
const mostReady = 4;
/** Compressed bytes that go in at a time. */
const steps = { least: 512, most: 262_144 };

/** @throws {Error} where the bytes are damaged or end too early, after everything before that. */
export async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: outputLength });
  const outputs = new Outputs(unzip);
  // Another thread undoes what is fed while the reader works on what came before.
  const fed = feed(unzip, outputs, chunks);
  try {
    yield* outputs.until(fed);
    yield* outputs.rest();
    const failure = (await fed) ?? unzip.errored;
    if (failure !== null) throw failure;
  } finally {
    unzip.destroy();
  }
}

/** Feeds all the chunks, and waits until they are undone; gives what kept them from being read. */
async function feed(unzip: Gunzip, outputs: Outputs, chunks: AsyncIterable<Buffer>): Promise<Error | null> {
  try {
    let before = Promise.resolve();
    for await (const step of stepsOf(chunks, steps)) {
      // The next step waits in line, so that the other thread need not wait for this one.
      const written = outputs.write(step);
      await before;
      if (unzip.destroyed) return null;
      before = written;
    }
    await before;
    unzip.end();
    await outputs.closed;
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
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
  async *until(end: Promise<unknown>): AsyncGenerator<Buffer> {
    const over = end.then(() => true);
    do yield* this.rest();
    while (!(await Promise.race([over, this.#next()])));
  }

  *rest(): Generator<Buffer> {
    for (let output = this.#ready.shift(); output !== undefined; output = this.#ready.shift()) {
      this.#unzip.resume();
      yield output;
    }
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
