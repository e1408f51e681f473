/**
 * Chunks of an input, the first ones put together: a format is told by more than the few bytes that a pipe may begin with.
 */

/** Bytes that show what an input is. */
const enough = 16_384;
/** How long more is waited for, ms: what comes slowly is to be read as it comes. */
const patience = 200;

/**
 * The same bytes; the first chunk has `enough` of them, unless the input ends before or pauses. A chunk is valid until the next
 * one is asked for.
 */
export async function* gatherHead(chunks: AsyncIterable<Buffer>, patienceMs = patience): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<Buffer, unknown>> | null = null;
  const next = (): Promise<IteratorResult<Buffer, unknown>> => (coming ??= source.next());
  try {
    const head: Buffer[] = [];
    for (let length = 0; length < enough;) {
      const result = await (length === 0 ? next() : unlessPaused(next(), patienceMs));
      if (result === null) break;
      coming = null;
      if (result.done === true) {
        coming = Promise.resolve(result);
        break;
      }
      head.push(Buffer.from(result.value));
      length += result.value.length;
    }
    if (head.length > 0) yield Buffer.concat(head);
    for (let result = await next(); result.done !== true; result = await next()) {
      coming = null;
      yield result.value;
    }
  } finally {
    // What is still being waited for is not waited for any longer.
    const ended = source.return?.();
    if (coming === null) await ended;
    else ended?.catch(() => undefined);
  }
}

function unlessPaused<T>(coming: Promise<T>, patienceMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<null>((resolve) => (timer = setTimeout(resolve, patienceMs, null)));
  return Promise.race([coming, pause]).finally(() => clearTimeout(timer));
}
