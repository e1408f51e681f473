/**
 * Inputs → mail events → distinct senders with their counts, those the survey is about.
 */
import type { Correspondents } from './correspondents.js';
import { LiveMessages } from '../logs/live-messages.js';
import { arrangeInputs } from '../logs/arrange-inputs.js';
import { readInput } from '../logs/read-input.js';
import type { LogFormat } from '../logs/recognise-format.js';
import { HelperThreads } from '../logs/threads/helpers.js';
import { hasWindow, SenderCounter, type SenderCount, type SenderSelection } from './sender-counter.js';

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
  /** Asked from time to time: the reading goes on when the promise, if there is one, is kept. */
  readonly pause?: (() => Promise<unknown> | null) | undefined;
  /** Told what is uncertain in the inputs, and what of them is passed over. */
  readonly note?: ((message: string) => void) | undefined;
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
  /** Goes through all senders. */
  totals(): InputTotals;
  /** Whom our own users wrote to, successfully; found whatever senders are selected. */
  readonly correspondents: Correspondents;
  /** The selected senders in order of first appearance; may be called more than once. */
  senders(): Iterable<SenderCount>;
}

/**
 * Reads the inputs (files, directories and globs of rotated logs; `-` is standard input) one after the other and counts
 * their senders.
 * @throws {InputError} where an input is missing, unreadable, empty or no known kind of input.
 */
export async function collectSenders(inputs: readonly string[], options: CollectOptions): Promise<Collected> {
  const note = options.note ?? ((): void => undefined);
  const pause = options.pause ?? ((): null => null);
  const arranged = await arrangeInputs(inputs, { ...options, note });
  const counter = new SenderCounter(options);
  const context = { events: counter, live: new LiveMessages() };
  const helpers = new HelperThreads();
  let [bytes, lines, withoutYears] = [0, 0, 0];
  try {
    for (const input of arranged) {
      if (counter.isEnough()) break;
      const eventsBefore = counter.events;
      const isEnough = (): boolean => counter.isEnough();
      const read = await readInput(input, context, { ...options, helpers, isEnough, pause });
      bytes += read.bytes;
      lines += read.lines;
      if (read.yearsInferred) withoutYears += 1;
      const tell = input.named ? options.warn : note;
      if (counter.events === eventsBefore) tell(`${input.input.name}: no senders found in it`);
    }
  } finally {
    await helpers.close();
  }
  counter.finish();
  if (counter.untimed > 0 && hasWindow(options)) options.warn(untimedText(counter.untimed));
  for (const uncertainty of uncertainties(counter, withoutYears)) note(uncertainty);
  const size = { files: arranged.length, bytes, lines };
  return {
    totals: () => ({ ...size, ...counter.totals() }),
    correspondents: counter.correspondents,
    senders: () => counter.senders(),
  };
}

function untimedText(untimed: number): string {
  return `messages or addresses without a time, which count whatever --since and --until say: ${untimed}`;
}

/** What one should know who reads the numbers closely. */
function* uncertainties(counter: SenderCounter, withoutYears: number): Generator<string> {
  const { malformedTimes, originUnknownTimes } = counter;
  if (malformedTimes > 0) yield `lines cut off or not understood, whose sender is not counted: ${malformedTimes}`;
  if (originUnknownTimes > 0) {
    yield `messages from before the log begins, which count as others' though own users may have sent them: ${originUnknownTimes}`;
  }
  if (withoutYears > 0) yield `inputs whose times have no year, so that it is inferred: ${withoutYears}`;
}
