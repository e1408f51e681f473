/**
 * Whether helpers can share in the reading of an input, and the reading of mail logs, with them or alone.
 */
import { open } from 'node:fs/promises';
import { chooseFormat } from '../choose-format.js';
import { isCompressed } from '../decompress.js';
import type { MailLogFormat, ParserContext } from '../formats/format.js';
import { isJournal } from '../journal/unwrap-journal.js';
import type { LogClock } from '../log-clock.js';
import { longestBlock, slotCount, type ScanMemory } from '../log-scanner.js';
import { MailLogReader } from '../mail-log.js';
import { inputError, type FoundInput } from '../open-input.js';
import type { LogFormat } from '../recognise-format.js';
import type { ScanTape } from '../scan-tape.js';
import { planFile, planStream } from './block-board.js';
import type { Helpers } from './helpers.js';
import { BlockFeeder, readInBlocks } from './read-in-blocks.js';

/** As much of an input's beginning as shows whose lines it has, bytes. */
const headLength = 65_536;
/** What becomes of a byte of a compressed log, about. */
const expansion = 8;
const cutting = { blockLength: longestBlock, slots: slotCount };

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
  /** Asked from time to time: the reading goes on when the promise, if there is one, is kept. */
  readonly pause: () => Promise<unknown> | null;
}

/** How helpers can share in the reading of an input. @throws {InputError} where it cannot be read. */
export async function sharingOf(input: FoundInput, format: LogFormat, helpers: Helpers): Promise<Sharing> {
  if (input.size === 0) return { kind: 'none' };
  const head = await readHead(input);
  if (isCompressed(head)) return { kind: helpers.areWorth(input.size * expansion) ? 'fed' : 'none' };
  if (!helpers.areWorth(input.size)) return { kind: 'none' };
  if (isJournal(head)) return { kind: 'fed' };
  const known = chooseFormat(input.name, format, head, false);
  return known?.kind === 'mail-log' ? { kind: 'file', servers: known.servers } : { kind: 'none' };
}

/** Reads a file with helpers that read it too. @throws {InputError} where it cannot be read. */
export async function readLargeLog(
  { name, size }: FoundInput,
  servers: readonly MailLogFormat[],
  { helpers, clock, context, isEnough, pause }: LargeLogOptions,
): Promise<{ bytes: number; lines: number }> {
  const file = await open(name);
  try {
    const reader = new MailLogReader(servers, context, clock);
    const plan = planFile(file.fd, size, helpers.memory, reader.withPostfix, cutting);
    const read = (found: ScanTape): boolean => {
      reader.read(found);
      return !isEnough();
    };
    const lines = await readInBlocks(plan, helpers, read, pause);
    return { bytes: size, lines };
  } catch (error) {
    throw inputError(name, error);
  } finally {
    await file.close();
  }
}

/** What takes a mail log in chunks, with helpers or alone. */
export function createFeeder(reader: MailLogReader, memory: ScanMemory, helpers: Helpers | null): BlockFeeder {
  return new BlockFeeder(planStream(memory, reader.withPostfix, cutting), helpers, (found) => reader.read(found));
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
