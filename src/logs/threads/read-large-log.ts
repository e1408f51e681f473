/**
 * Whether helpers can share in the reading of an input, and the reading with them. What they can scan are Postfix's lines.
 */
import { open } from 'node:fs/promises';
import { chooseFormat } from '../choose-format.js';
import { isCompressed } from '../decompress.js';
import type { MailLogFormat, ParserContext } from '../formats/format.js';
import { postfix } from '../formats/postfix.js';
import { PostfixScanner } from '../formats/postfix-scanner.js';
import { LogClock } from '../log-clock.js';
import { LogLine } from '../log-line.js';
import { createMailLogReader } from '../mail-log.js';
import { inputError, type FoundInput } from '../open-input.js';
import type { InputFormat, LogFormat } from '../recognise-format.js';
import { LineSplitter } from '../split-lines.js';
import { planFile, planStream } from './block-board.js';
import type { Helpers } from './helpers.js';
import { BlockFeeder, readInBlocks } from './read-in-blocks.js';

/** As much of an input's beginning as shows whose lines it has, bytes. */
const headLength = 65_536;
/** What becomes of a byte of a compressed log, about. */
const expansion = 8;
/** Large enough that threads seldom wait for each other, small enough to stay in a processor's cache. */
const blockLength = 1_048_576;
const slots = 4;

/** How helpers can share: not at all; scanning what is fed to them; or reading the file as well. */
export type Sharing =
  { readonly kind: 'none' | 'fed' } | { readonly kind: 'file'; readonly servers: readonly MailLogFormat[] };

/** How to read. */
export interface LargeLogOptions {
  readonly helpers: Helpers;
  readonly clock: LogClock;
  readonly context: ParserContext;
  /** Asked from time to time whether it is enough. */
  readonly isEnough: () => boolean;
}

/** How helpers can share in the reading of an input. @throws {InputError} where it cannot be read. */
export async function sharingOf(input: FoundInput, format: LogFormat, helpers: Helpers): Promise<Sharing> {
  if (input.size === 0) return { kind: 'none' };
  const head = await readHead(input);
  if (isCompressed(head)) return { kind: helpers.areWorth(input.size * expansion) ? 'fed' : 'none' };
  const servers = isPostfixLog(head) ? postfixFirst(chooseFormat(input.name, format, head, false)) : null;
  return servers !== null && helpers.areWorth(input.size) ? { kind: 'file', servers } : { kind: 'none' };
}

/** Reads a file with helpers that read it too. @throws {InputError} where it cannot be read. */
export async function readLargeLog(
  { name, size }: FoundInput,
  servers: readonly MailLogFormat[],
  { helpers, clock, context, isEnough }: LargeLogOptions,
): Promise<{ bytes: number; lines: number }> {
  const file = await open(name);
  try {
    const reader = createMailLogReader(servers, context, clock);
    const lines = await readInBlocks(planFile(file.fd, size, blockLength, slots), helpers, (found) => {
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

/** What takes a log that begins with `head` to feed it to helpers; null where they could not scan it. */
export function createFeeder(
  head: Buffer,
  known: InputFormat,
  { helpers, clock, context }: Pick<LargeLogOptions, 'helpers' | 'clock' | 'context'>,
): BlockFeeder | null {
  const servers = isPostfixLog(head) ? postfixFirst(known) : null;
  if (servers === null) return null;
  const reader = createMailLogReader(servers, context, clock);
  return new BlockFeeder(planStream(blockLength, slots), helpers, (found) => reader.found(found));
}

async function readHead({ name }: FoundInput): Promise<Buffer> {
  try {
    const file = await open(name);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw inputError(name, error);
  }
}

/** The servers of a mail log, if Postfix is the first of them, which findings are for. */
function postfixFirst(known: InputFormat | null): readonly MailLogFormat[] | null {
  return known?.kind === 'mail-log' && known.servers[0] === postfix ? known.servers : null;
}

/** Whether most lines are Postfix's. Those of a journal's export are not. */
function isPostfixLog(head: Buffer): boolean {
  const scanner = new PostfixScanner();
  const line = new LogLine(new LogClock({ start: null, end: 0 }));
  let known = 0;
  const splitter = new LineSplitter({
    line: (bytes, start, end) => {
      if (line.read(bytes, start, end) && scanner.scan(line)) known += 1;
    },
  });
  splitter.push(head.subarray(0, headLength));
  return known * 2 > splitter.lines;
}
