/**
 * Listings of the mail queue, compressed or not → a tally. An input without a line is an empty queue: `postqueue -j` and
 * `exim -bp` print nothing then.
 */
import { setImmediate } from 'node:timers/promises';
import { decompress } from '../logs/decompress.js';
import { findInputs, type Surroundings } from '../logs/find-inputs.js';
import { mailQueueJson } from '../logs/formats/mail-queue-json.js';
import { mailQueue } from '../logs/formats/mail-queue.js';
import { gatherHead } from '../logs/gather-head.js';
import { UnknownInputError } from '../logs/input-error.js';
import { LogClock } from '../logs/log-clock.js';
import type { FoundInput } from '../logs/open-input.js';
import { LineSplitter } from '../logs/split-lines.js';
import type { QueueTally } from './queue-tally.js';

/** `postqueue -j` writes a message with all its recipients on one line. */
const longestLine = 16_777_216;
/** Lines that show what it is: sendmail may begin with warnings. */
const headLines = 10;

/** Reads them all; gives when the newest was made, ms since 1970. @throws {InputError} */
export async function readQueue(
  names: readonly string[],
  tally: QueueTally,
  surroundings: Surroundings,
): Promise<number> {
  let newest = 0;
  for (const { inputs } of await findInputs(names, surroundings)) {
    for (const input of inputs) {
      newest = Math.max(newest, input.modified);
      await readListing(input, tally, surroundings.warn);
    }
  }
  tally.end();
  return newest;
}

async function readListing(input: FoundInput, tally: QueueTally, warn: (message: string) => void): Promise<void> {
  const { name, chunks } = await input.open();
  const clock = new LogClock({ start: null, end: input.modified });
  tally.begin(input.modified / 1000);
  let splitter: LineSplitter | null = null;
  for await (const chunk of gatherHead(decompress(name, chunks, warn))) {
    splitter ??= new LineSplitter(formatOf(name, chunk).createQueueReader(tally, clock), longestLine);
    splitter.push(chunk);
    await setImmediate();
  }
  splitter?.end();
}

function formatOf(name: string, head: Buffer): typeof mailQueue {
  const lines = head.toString('latin1').split('\n').filter(isContent).slice(0, headLines);
  const known = [mailQueueJson, mailQueue].find((format) => format.recognise(lines));
  if (known !== undefined || lines.length === 0) return known ?? mailQueue;
  throw new UnknownInputError(name, 'no listing of a mail queue', ' (postqueue -j, mailq or exim -bp print one)');
}

function isContent(line: string): boolean {
  return line.trim() !== '';
}
