/**
 * Whether threads can share in the reading of a file, and if so the reading. What they can scan are Postfix's lines, in a file
 * that is not compressed.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { chooseFormat } from '../choose-format.js';
import type { ParserContext } from '../formats/format.js';
import { postfix } from '../formats/postfix.js';
import { PostfixScanner } from '../formats/postfix-scanner.js';
import type { LogClock } from '../log-clock.js';
import { LogLine } from '../log-line.js';
import { createMailLogReader } from '../mail-log.js';
import { inputError, type FoundInput } from '../open-input.js';
import type { LogFormat } from '../recognise-format.js';
import { LineSplitter } from '../split-lines.js';
import { planBlocks } from './block-board.js';
import type { Helpers } from './helpers.js';
import { readInBlocks } from './read-in-blocks.js';

/** As much of a file's beginning as shows whose lines it has, bytes. */
const headLength = 65_536;
/** Smaller files are read by one thread sooner than two can be told of them. */
const smallestFile = 4_194_304;
/** Large enough that threads seldom wait for each other, small enough to stay in a processor's cache. */
const blockLength = 1_048_576;
const slots = 4;

/** How to read. */
export interface LargeLogOptions {
  readonly format: LogFormat;
  readonly helpers: Helpers;
  readonly clock: LogClock;
  /** Asked from time to time whether it is enough. */
  readonly isEnough: () => boolean;
}

/** Reads the file if it is one for threads; else gives null, having told nothing. */
export async function readLargeLog(
  input: FoundInput,
  context: ParserContext,
  { format, helpers, clock, isEnough }: LargeLogOptions,
): Promise<{ bytes: number; lines: number } | null> {
  const { name, size } = input;
  if (size < smallestFile || helpers.count === 0) return null;
  const file = await open(name);
  try {
    const head = await readHead(file);
    const known = isPostfix(head, clock) ? chooseFormat(name, format, head, false) : null;
    if (known?.kind !== 'mail-log' || known.servers[0] !== postfix) return null;
    const reader = createMailLogReader(known.servers, context, clock);
    const lines = await readInBlocks(planBlocks(file.fd, size, blockLength, slots), helpers, (found) => {
      reader.found(found);
      return !isEnough();
    });
    return { bytes: size, lines };
  } catch (error) {
    throw inputError(name, error);
  } finally {
    await file.close();
  }
}

async function readHead(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
  return buffer.subarray(0, bytesRead);
}

/** Whether most lines are Postfix's. Those of a compressed file, or of a journal's export, are not. */
function isPostfix(head: Buffer, clock: LogClock): boolean {
  const scanner = new PostfixScanner();
  const line = new LogLine(clock);
  let known = 0;
  const splitter = new LineSplitter({
    line: (bytes, start, end) => {
      if (line.read(bytes, start, end) && scanner.scan(line)) known += 1;
    },
  });
  splitter.push(head);
  return known * 2 > splitter.lines;
}
