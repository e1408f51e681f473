/**
 * One input → mail events: open, decompress, unwrap, recognise, split into lines, parse.
 */
import { decompress } from './decompress.js';
import type { ParserContext } from './formats/format.js';
import { InputError } from './input-error.js';
import { unwrapJournal } from './journal/unwrap-journal.js';
import { LogClock } from './log-clock.js';
import { MailLogReader } from './mail-log.js';
import type { FoundInput } from './open-input.js';
import {
  forcedFormat,
  formatsTried,
  headLength,
  isBinary,
  isBlankHead,
  recogniseFormat,
  type InputFormat,
  type LogFormat,
} from './recognise-format.js';
import { LineSplitter, type LineReader } from './split-lines.js';

const newline = 0x0a;
const shownLines = 3;
const shownLength = 100;

/** How much was read: bytes after decompression, and lines. */
export interface InputSize {
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Reads an input to its end. @throws {InputError} where it cannot be read, is empty, or is no known kind of input.
 */
export async function readInput(
  input: FoundInput,
  format: LogFormat,
  context: ParserContext,
  warn: (message: string) => void,
): Promise<InputSize> {
  const { name, modified, chunks } = await input.open();
  const clock = new LogClock({ start: null, end: modified });
  let head: Buffer = Buffer.alloc(0);
  let splitter: LineSplitter | null = null;
  let bytes = 0;
  const plain = counted(decompress(name, chunks, warn), (length) => (bytes += length));
  for await (const chunk of unwrapJournal(plain)) {
    if (splitter !== null) {
      splitter.push(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const known = chooseFormat(name, format, head, false);
    if (known === null) continue;
    splitter = new LineSplitter(createReader(known, context, clock));
    splitter.push(head);
  }
  if (splitter === null) {
    const known = chooseFormat(name, format, head, true);
    splitter = new LineSplitter(known === null ? { line: () => undefined } : createReader(known, context, clock));
    splitter.push(head);
  }
  splitter.end();
  return { bytes, lines: splitter.lines };
}

async function* counted(chunks: AsyncIterable<Buffer>, count: (length: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}

function createReader(format: InputFormat, context: ParserContext, clock: LogClock): LineReader {
  if (format.kind === 'whole') return format.format.createReader(context.events, context.live, clock);
  return new MailLogReader(
    format.servers.map((server) => server.createParser(context)),
    clock,
  );
}

/** The format; null as long as more of the input is needed to tell, or at its end where there is nothing in it to read. */
function chooseFormat(name: string, format: LogFormat, head: Buffer, atEnd: boolean): InputFormat | null {
  if (head.length === 0) throw new InputError(`${name} is empty`);
  if (format !== 'auto') return atEnd || head.includes(newline) ? forcedFormat(format, head) : null;
  const known = recogniseFormat(head, atEnd);
  if (known !== null || (!atEnd && head.length < headLength)) return known;
  if (atEnd && isBlankHead(head)) return null;
  throw new InputError(`${name} is ${isBinary(head) ? 'binary data' : unknownText(head)}`);
}

function unknownText(head: Buffer): string {
  const lines = head.toString('utf8', 0, headLength).split('\n', shownLines);
  // oxlint-disable-next-line no-control-regex -- controls would reach the terminal
  const shown = lines.map((line) => `  ${line.replace(/[\u0000-\u001F\u007F-\u009F]/g, '?').slice(0, shownLength)}`);
  return `none of the known formats (tried: ${formatsTried}). It begins:\n${shown.join('\n')}`;
}
