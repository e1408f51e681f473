/**
 * One input → mail events: open, decompress, unwrap, recognise, split into lines, parse.
 */
import type { ArrangedInput } from './arrange-inputs.js';
import { chooseFormat } from './choose-format.js';
import { decompress } from './decompress.js';
import type { ParserContext } from './formats/format.js';
import { gatherHead } from './gather-head.js';
import { unwrapJournal } from './journal/unwrap-journal.js';
import { LogClock } from './log-clock.js';
import { MailLogReader } from './mail-log.js';
import type { InputFormat, LogFormat } from './recognise-format.js';
import { LineSplitter } from './split-lines.js';
import type { Helpers } from './threads/helpers.js';
import type { BlockFeeder } from './threads/read-in-blocks.js';
import { createFeeder, readLargeLog, sharingOf } from './threads/read-large-log.js';

/** How to read. */
export interface ReadOptions {
  readonly format: LogFormat;
  readonly warn: (message: string) => void;
  /** Threads that may share in the reading. */
  readonly helpers: Helpers;
  /** Asked from time to time whether what was read is enough. */
  readonly isEnough: () => boolean;
  /** Asked from time to time: the reading goes on when the promise, if there is one, is kept. */
  readonly pause: () => Promise<unknown> | null;
}

/** How much was read: bytes after decompression, and lines. */
export interface InputSize {
  readonly bytes: number;
  readonly lines: number;
  /** Whether its time stamps have no year. */
  readonly yearsInferred: boolean;
}

/**
 * Reads an input to its end. @throws {InputError} where it cannot be read, is empty, or is no known kind of input.
 */
export async function readInput(
  { input, span }: Pick<ArrangedInput, 'input' | 'span'>,
  context: ParserContext,
  options: ReadOptions,
): Promise<InputSize> {
  const { format, warn, helpers, isEnough, pause } = options;
  const clock = new LogClock(span);
  const sharing = await sharingOf(input, format, helpers);
  const large = { helpers, clock, context, isEnough, pause };
  if (sharing.kind === 'file') {
    return { ...(await readLargeLog(input, sharing.servers, large)), yearsInferred: clock.inferred };
  }
  const createSplitter = (known: InputFormat, sharers: Helpers | null): LineSplitter | BlockFeeder =>
    known.kind === 'whole'
      ? new LineSplitter(known.format.createReader(context.events, context.live, clock))
      : createFeeder(new MailLogReader(known.servers, context, clock), helpers.memory, sharers);
  const { name, chunks } = await input.open();
  let head: Buffer = Buffer.alloc(0);
  let splitter: LineSplitter | BlockFeeder | null = null;
  let bytes = 0;
  try {
    const plain = counted(decompress(name, chunks, warn), (length) => (bytes += length));
    for await (const chunk of unwrapJournal(gatherHead(plain))) {
      if (splitter === null) {
        head = Buffer.concat([head, chunk]);
        const known = chooseFormat(name, format, head, false);
        if (known === null) continue;
        splitter = createSplitter(known, sharing.kind === 'none' ? null : helpers);
        splitter.push(head);
      } else splitter.push(chunk);
      if (isEnough()) break;
      await pause();
    }
    if (splitter === null) {
      const known = chooseFormat(name, format, head, true);
      splitter = known === null ? new LineSplitter({ line: () => undefined }) : createSplitter(known, null);
      splitter.push(head);
    }
    splitter.end();
    return { bytes, lines: splitter.lines, yearsInferred: clock.inferred };
  } finally {
    await splitter?.close();
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, count: (length: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}
