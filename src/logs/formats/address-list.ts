/**
 * A plain list: one address a line, angle brackets allowed around it, blank lines and `#` comments ignored. A line that is
 * no valid address still counts as a sender, unless it has control characters: the survey then says what is wrong with it.
 */
import { bytesOf, matches } from '../find-bytes.js';
import type { MailEvents } from '../mail-events.js';
import type { LineReader } from '../split-lines.js';
import type { WholeFormat } from './format.js';

const byteOrderMark = bytesOf('\u00EF\u00BB\u00BF');

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

  line(bytes: DataView, lineStart: number, lineEnd: number): void {
    let start = skipByteOrderMark(bytes, lineStart, lineEnd);
    let end = lineEnd;
    while (start < end && isBlank(bytes.getUint8(start))) start++;
    if (start === end || bytes.getUint8(start) === 0x23) return;
    if (bytes.getUint8(start) !== 0x22) end = commentStart(bytes, start, end);
    while (end > start && isBlank(bytes.getUint8(end - 1))) end--;
    if (bytes.getUint8(start) === 0x3c && bytes.getUint8(end - 1) === 0x3e && end - start >= 2) {
      start += 1;
      end -= 1;
    }
    this.#events.accepted(bytes, start, end, 0);
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

function skipByteOrderMark(bytes: DataView, at: number, end: number): number {
  return matches(bytes, at, end, byteOrderMark) ? at + byteOrderMark.length : at;
}

/** Where a `#` after a blank begins, else `end`. */
function commentStart(bytes: DataView, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    if (bytes.getUint8(i) === 0x23 && isBlank(bytes.getUint8(i - 1))) return i;
  }
  return end;
}
