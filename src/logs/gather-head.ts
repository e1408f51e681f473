/**
 * Chunks of an input, the first ones put together: a format is told by more than the few bytes that a pipe may begin with, and
 * by the same bytes however they come.
 */
import { setTimeout as pauseOf } from 'node:timers/promises';

/** Bytes that show what most inputs are, and those up to which it is looked on where they do not. */
const looks = [16_384, 65_536 - 16_384];
/** How long they are waited for, ms: what comes slowly is to be read as it comes. */
const patience = 200;

/**
 * The same bytes; the first two chunks are as long as the `looks`, unless the input ends before or is slow. A chunk is valid until
 * the next one is asked for.
 */
export async function* gatherHead(chunks: AsyncIterable<Buffer>, patienceMs = patience): AsyncGenerator<Buffer> {
  const source = new Ahead(chunks);
  try {
    let head: Buffer = Buffer.alloc(0);
    for (const length of looks) {
      const more = await source.gather(length - head.length, patienceMs);
      head = Buffer.concat([head, ...more]);
      if (head.length > 0) yield head.subarray(0, length);
      head = head.subarray(length);
      if (source.isSlow) break;
    }
    if (head.length > 0) yield head;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  } finally {
    await source.close();
  }
}

/** A source whose next chunk can be waited for, for a while. */
class Ahead {
  /** Whether the next chunk did not come in time once. */
  isSlow = false;
  readonly #source: AsyncIterator<Buffer, unknown>;
  #coming: Promise<IteratorResult<Buffer, unknown>> | null = null;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#source = chunks[Symbol.asyncIterator]();
  }

  /** Copies of the chunks that come, up to this length in all and somewhat more; fewer at the end, or where they are slow. */
  async gather(length: number, patienceMs: number): Promise<Buffer[]> {
    const gathered: Buffer[] = [];
    const given = new AbortController();
    let over: Promise<null> | undefined;
    for (let left = length; left > 0;) {
      const coming = this.#next();
      // The first one is waited for: without it there is nothing to hand on.
      const next = await (over === undefined ? coming : Promise.race([coming, over]));
      over ??= pauseOf(patienceMs, null, { signal: given.signal }).catch(() => null);
      if (next === null) this.isSlow = true;
      if (next === null || next.done === true) break;
      this.#coming = null;
      gathered.push(Buffer.from(next.value));
      left -= next.value.length;
    }
    given.abort();
    return gathered;
  }

  async next(): Promise<IteratorResult<Buffer, unknown>> {
    const next = await this.#next();
    if (next.done !== true) this.#coming = null;
    return next;
  }

  /** What is still being waited for is not waited for any longer. */
  async close(): Promise<void> {
    const ended = this.#source.return?.();
    if (this.#coming === null) await ended;
    else ended?.catch(() => undefined);
  }

  #next(): Promise<IteratorResult<Buffer, unknown>> {
    return (this.#coming ??= this.#source.next());
  }
}
