/**
 * The beginning of an input → its format, or what to say where it has none.
 */
import { UnknownInputError } from './input-error.js';
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

const newline = 0x0a;
const shownLines = 3;
const shownLength = 100;

/**
 * The format; null as long as more of the input is needed to tell, or at its end where there is nothing in it to read.
 * @throws {UnknownInputError} where it is none that is known.
 */
export function chooseFormat(name: string, format: LogFormat, head: Buffer, atEnd: boolean): InputFormat | null {
  if (head.length === 0) throw new UnknownInputError(name, 'empty');
  if (format !== 'auto') return atEnd || head.includes(newline) ? forcedFormat(format, head) : null;
  const known = recogniseFormat(head, atEnd);
  if (known !== null || (!atEnd && head.length < headLength)) return known;
  if (atEnd && isBlankHead(head)) return null;
  if (isBinary(head)) throw new UnknownInputError(name, 'binary data');
  throw new UnknownInputError(name, 'none of the known formats', ` (tried: ${formatsTried}). ${beginningOf(head)}`);
}

function beginningOf(head: Buffer): string {
  const lines = head.toString('utf8', 0, headLength).trimEnd().split('\n', shownLines);
  // oxlint-disable-next-line no-control-regex -- controls would reach the terminal
  const shown = lines.map((line) => `  ${line.replace(/[\u0000-\u001F\u007F-\u009F]/g, '?').slice(0, shownLength)}`);
  return `It begins:\n${shown.join('\n')}`;
}
