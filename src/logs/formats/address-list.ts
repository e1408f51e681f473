/**
 * A plain list: one address a line, angle brackets allowed around it, blank lines and `#` comments ignored. A line that is
 * no valid address still counts as a sender: the survey then says what is wrong with it.
 */
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import type { WholeFormat } from './format.js';

/** One address, perhaps with a comment after a blank: `a@b`, `"a b"@c`, `<a@b>  # why`, `<>`. */
const addressLine = /^\s*(?:<?(?:"(?:[^"\\]|\\.)*"|[^\s<>"@,;()|]+)@[^\s<>"@,;()|]+>?|<>)(?:\s+#.*|\s*)$/;

/** The format of a list of addresses. */
export const addresses: WholeFormat = {
  name: 'addresses',
  recognise: (firstLines) => {
    const known = firstLines.filter((line) => addressLine.test(line)).length;
    return known > 0 && known * 2 >= firstLines.length;
  },
  createReader: (events) => new AddressListReader(events),
};

class AddressListReader implements LineReader {
  readonly #events: MailEvents;

  constructor(events: MailEvents) {
    this.#events = events;
  }

  line(bytes: Buffer, lineStart: number, lineEnd: number): void {
    let start = skipByteOrderMark(bytes, lineStart);
    let end = lineEnd;
    while (start < end && isBlank(bytes[start]!)) start++;
    if (start === end || bytes[start] === 0x23) return;
    if (bytes[start] !== 0x22) end = commentStart(bytes, start, end);
    while (end > start && isBlank(bytes[end - 1]!)) end--;
    if (bytes[start] === 0x3c && bytes[end - 1] === 0x3e && end - start >= 2) {
      start += 1;
      end -= 1;
    }
    this.#events.accepted(bytes, start, end, 0);
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

function skipByteOrderMark(bytes: Buffer, at: number): number {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at;
}

/** Where a `#` after a blank begins, else `end`. */
function commentStart(bytes: Buffer, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    if (bytes[i] === 0x23 && isBlank(bytes[i - 1]!)) return i;
  }
  return end;
}
