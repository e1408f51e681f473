/**
 * Inputs → mail events → distinct senders with their counts, those the survey is about.
 */
import type { Correspondents } from './correspondents.js';
import { LiveMessages } from '../logs/live-messages.js';
import { findInput, type FoundInput } from '../logs/open-input.js';
import { readInput } from '../logs/read-input.js';
import type { LogFormat } from '../logs/recognise-format.js';
import { SenderCounter, type SenderCount, type SenderSelection } from './sender-counter.js';

export type { LogFormat, SenderCount };

/** What to read and which senders to give. */
export interface CollectOptions extends SenderSelection {
  /** Which format to read the inputs as; `auto` recognises each by its content. */
  readonly format: LogFormat;
  readonly stdin: NodeJS.ReadableStream;
  /** ms since 1970: standard input is taken to have been written until now. */
  readonly now: number;
  /** Told what the user should know of an input that can be read all the same. */
  readonly warn: (message: string) => void;
}

/** What was read. */
export interface InputTotals {
  /** Inputs read, standard input included. */
  readonly files: number;
  /** Bytes after decompression. */
  readonly bytes: number;
  readonly lines: number;
  /** Messages of the selected senders, and those with the null reverse-path. */
  readonly messages: number;
  /** Messages with the null reverse-path `<>` among `messages`. */
  readonly nullSenders: number;
  /** Lines that should tell a sender but are cut off or cannot be understood. */
  readonly malformed: number;
  /** Distinct senders selected. */
  readonly senders: number;
}

/** The senders of the inputs. */
export interface Collected {
  readonly totals: InputTotals;
  /** Whom our own users wrote to, successfully; found whatever senders are selected. */
  readonly correspondents: Correspondents;
  /** The selected senders in order of first appearance; may be called more than once. */
  senders(): Iterable<SenderCount>;
}

/**
 * Reads the inputs (paths, `-` is standard input) one after the other and counts their senders.
 * @throws {InputError} where an input is missing, unreadable, empty or no known kind of input.
 */
export async function collectSenders(inputs: readonly string[], options: CollectOptions): Promise<Collected> {
  const found = await findInputs(inputs, options);
  const counter = new SenderCounter(options);
  const context = { events: counter, live: new LiveMessages() };
  let [bytes, lines] = [0, 0];
  for (const input of found) {
    const eventsBefore = counter.events;
    const size = await readInput(input, options.format, context, options.warn);
    bytes += size.bytes;
    lines += size.lines;
    if (counter.events === eventsBefore) options.warn(`${input.name}: no senders found in it`);
  }
  counter.finish();
  const totals = { files: found.length, bytes, lines, ...counter.totals() };
  return { totals, correspondents: counter.correspondents, senders: () => counter.senders() };
}

/** The inputs to read: each file once, by whatever names it is given. */
async function findInputs(inputs: readonly string[], options: CollectOptions): Promise<FoundInput[]> {
  const found = new Map<string, FoundInput>();
  for (const name of inputs) {
    const input = await findInput(name, options.stdin, options.now);
    const same = found.get(input.identity);
    if (same === undefined) found.set(input.identity, input);
    else options.warn(`${name} is the same file as ${same.name}; it is read once`);
  }
  return [...found.values()];
}
