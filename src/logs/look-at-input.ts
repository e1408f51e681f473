/**
 * A first look at a file before it is read: whether there is anything in it for us, and when it was written.
 */
import { open } from 'node:fs/promises';
import { chooseFormat } from './choose-format.js';
import { decompress } from './decompress.js';
import { findStamp, type Stamp } from './first-stamp.js';
import { gatherHead } from './gather-head.js';
import { InputError } from './input-error.js';
import { unwrapJournal } from './journal/unwrap-journal.js';
import type { FoundInput } from './open-input.js';
import { headLength, isAddressList, type InputFormat, type LogFormat } from './recognise-format.js';
import { countYearTurns, sampleStamps } from './year-turns.js';

/** What a first look shows. */
export interface InputLook {
  /** Why it cannot be read; null where it can. */
  readonly problem: InputError | null;
  /** Whether it is a list of addresses and no log. */
  readonly isList: boolean;
  /** The stamp it begins with. */
  readonly stamp: Stamp | null;
  /** A stamp near its end where turns of the year were counted, and how many there are before it. */
  readonly late: Stamp | null;
  readonly yearTurns: number;
}

/** Looks at a file proper. What is wrong with it is told, not thrown. */
export async function lookAtInput(input: FoundInput, format: LogFormat): Promise<InputLook> {
  try {
    const { head, known } = await readHead(input, format);
    const stamp = findStamp(head.toString('latin1', 0, headLength));
    const stamps = stamp?.kind === 'yearless' ? await stampsAllOver(input) : [];
    const last = stamps.at(-1);
    const late = last === undefined ? null : ({ kind: 'yearless', text: last } as const);
    const isList = known !== null && isAddressList(known);
    return { problem: null, isList, stamp, late, yearTurns: countYearTurns(stamps) };
  } catch (error) {
    if (error instanceof InputError) return { problem: error, isList: false, stamp: null, late: null, yearTurns: 0 };
    throw error;
  }
}

/** As much of the beginning as shows the format. @throws {InputError} where there is none that is known. */
async function readHead(input: FoundInput, format: LogFormat): Promise<{ head: Buffer; known: InputFormat | null }> {
  const { name, chunks } = await input.open();
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of unwrapJournal(gatherHead(decompress(name, chunks, () => undefined)))) {
    head = Buffer.concat([head, chunk]);
    const known = chooseFormat(name, format, head, false);
    if (known !== null) return { head, known };
  }
  return { head, known: chooseFormat(name, format, head, true) };
}

/** None in a compressed file: it does not show its stamps. */
async function stampsAllOver(input: FoundInput): Promise<string[]> {
  const file = await open(input.name);
  try {
    return await sampleStamps(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}
