/**
 * SMTP replies out of bytes (RFC 5321 section 4.2), however the network cuts them. Takes what real servers send, with
 * bounds, and gives up for good at the first byte that cannot be part of a reply.
 */
import { decodeText } from './reply-text.js';

/** One whole reply. What is to be read in its text is found when it is asked for: most replies are never read. */
export class Reply {
  /** 200 to 599. */
  readonly code: number;
  /** The text of each line, reply code cut off, enhanced code not. */
  readonly lines: readonly string[];

  constructor(code: number, lines: readonly string[]) {
    this.code = code;
    this.lines = lines;
  }

  /** Enhanced status code (RFC 3463, RFC 2034) of the first line that has one of the code's class; null without. */
  get enhancedCode(): string | null {
    return this.lines.map((line) => this.#pattern.exec(line)?.[1]).find((found) => found !== undefined) ?? null;
  }

  /** The lines without their enhanced codes, joined by a space. */
  get text(): string {
    return this.lines
      .map((line) => line.replace(this.#pattern, '').trim())
      .filter((line) => line !== '')
      .join(' ');
  }

  /** An enhanced code of another class than the reply code's is none. */
  get #pattern(): RegExp {
    return this.code < 300 ? enhancedSuccess : this.code < 500 ? enhancedTransient : enhancedPermanent;
  }
}

const enhancedSuccess = /^\s*(2\.\d{1,3}\.\d{1,3})(?:\s+|$)/;
const enhancedTransient = /^\s*(4\.\d{1,3}\.\d{1,3})(?:\s+|$)/;
const enhancedPermanent = /^\s*(5\.\d{1,3}\.\d{1,3})(?:\s+|$)/;

/** Why no more replies can come; `detail` says in words what was seen. */
export interface ParserFault {
  readonly event: 'not-smtp' | 'reply-too-long';
  readonly detail: string;
}

/** Bounds of a reply, in bytes and lines. RFC 5321 section 4.5.3.1.5 asks for 512 bytes a line; real servers exceed it. */
export const replyBounds = { lineBytes: 4096, replyBytes: 65_536, lines: 100 } as const;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const EXCERPT_BYTES = 120;
const nothing = Buffer.alloc(0);

/** Gives replies for the bytes pushed into it. Keeps at most one unfinished reply, within `replyBounds`. */
export class ReplyParser {
  /** Set once the bytes are no SMTP, or too many; whatever is pushed from then on is ignored. */
  fault: ParserFault | null = null;
  #rest = nothing;
  #code = 0;
  #lines: string[] = [];
  #bytes = 0;

  /** The replies completed by this chunk, in order. */
  push(chunk: Buffer): Reply[] {
    const replies: Reply[] = [];
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    while (this.fault === null) {
      const end = bytes.indexOf(LF, start);
      if (end === -1) break;
      const reply = this.#takeLine(bytes, start, end);
      if (reply !== null) replies.push(reply);
      start = end + 1;
    }
    this.#keepRest(bytes, start);
    return replies;
  }

  /** The line is looked at where it stands: a view of each would cost more than reading it. */
  #takeLine(bytes: Buffer, start: number, lineFeed: number): Reply | null {
    const end = beforeFinalCr(bytes, start, lineFeed);
    this.#checkStart(bytes, start, end, true);
    this.#checkBounds(lineFeed - start, this.#lines.length + 1);
    if (this.fault !== null) return null;
    this.#code = codeAt(bytes, start);
    this.#bytes += lineFeed - start;
    this.#lines.push(decodeText(bytes, Math.min(start + 4, end), end));
    return end - start > 3 && bytes[start + 3] === HYPHEN ? null : this.#finish();
  }

  #finish(): Reply {
    const reply = new Reply(this.#code, this.#lines);
    this.#code = 0;
    this.#lines = [];
    this.#bytes = 0;
    return reply;
  }

  #keepRest(bytes: Buffer, start: number): void {
    if (this.fault === null) this.#checkStart(bytes, start, beforeFinalCr(bytes, start, bytes.length), false);
    if (this.fault === null) this.#checkBounds(bytes.length - start, this.#lines.length);
    // Copied, so that a few bytes do not keep their whole chunk alive.
    this.#rest = this.fault === null && start < bytes.length ? Buffer.from(bytes.subarray(start)) : nothing;
  }

  /** A line starts with the code of its reply and a space or hyphen; a whole line may also be just the code. */
  #checkStart(bytes: Buffer, start: number, end: number, whole: boolean): void {
    const length = end - start;
    const separator = length > 3 ? bytes[start + 3] : SPACE;
    const digits = startsWithCode(bytes, start, end);
    const complete = !whole || length >= 3;
    const separated = separator === SPACE || separator === HYPHEN;
    if (!digits || !complete || !separated) {
      const excerpt = decodeText(bytes, start, Math.min(end, start + EXCERPT_BYTES));
      this.#refuse('not-smtp', `not an SMTP reply: ${excerpt}`);
    } else if (this.#code !== 0 && length >= 3 && codeAt(bytes, start) !== this.#code) {
      this.#refuse('not-smtp', `reply code changed from ${this.#code} to ${codeAt(bytes, start)} within a reply`);
    }
  }

  #checkBounds(lineBytes: number, lines: number): void {
    if (lineBytes > replyBounds.lineBytes) this.#refuse('reply-too-long', `line over ${replyBounds.lineBytes} bytes`);
    else if (this.#bytes + lineBytes > replyBounds.replyBytes)
      this.#refuse('reply-too-long', `reply over ${replyBounds.replyBytes} bytes`);
    else if (lines > replyBounds.lines) this.#refuse('reply-too-long', `reply over ${replyBounds.lines} lines`);
  }

  #refuse(event: ParserFault['event'], detail: string): void {
    this.fault ??= { event, detail };
    this.#lines = [];
  }
}

function beforeFinalCr(bytes: Buffer, start: number, lineEnd: number): number {
  let end = lineEnd;
  while (end > start && bytes[end - 1] === CR) end--;
  return end;
}

/** Whether the line begins like one of 200 to 599, as far as it goes. */
function startsWithCode(bytes: Buffer, start: number, end: number): boolean {
  const digit = (at: number): number => (start + at < end ? (bytes[start + at] ?? 0) : 0x32);
  return digit(0) >= 0x32 && digit(0) <= 0x35 && isDigit(digit(1)) && isDigit(digit(2));
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function codeAt(bytes: Buffer, start: number): number {
  return (bytes[start] ?? 0) * 100 + (bytes[start + 1] ?? 0) * 10 + (bytes[start + 2] ?? 0) - 0x30 * 111;
}
