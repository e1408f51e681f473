/**
 * Exports of a systemd journal, recognised by how they begin, → lines as syslog would have written them. Everything else is
 * handed on as it is.
 */
import { lineOfEntry, type JournalEntry } from './journal-entry.js';
import { JournalExportReader } from './journal-export.js';
import { JournalJsonReader } from './journal-json.js';
import { LineSplitter } from '../split-lines.js';
import { sliceOf } from '../find-bytes.js';

/** As much of an input's beginning as is looked at, bytes. */
const headLength = 65_536;
/** Enough to see what comes after a separator. */
const shortestHead = 8;

type Wrapping = 'none' | 'json' | 'export';

/** Takes chunks of an export; gives the lines of the entries that they complete. */
interface Unwrapper {
  push(chunk: Buffer): Buffer[];
  end(): Buffer[];
}

/** The bytes of a log. A chunk is valid until the next one is asked for. */
export async function* unwrapJournal(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  let wrapping: Wrapping | null = null;
  let unwrapper: Unwrapper | null = null;
  for await (const chunk of chunks) {
    if (wrapping !== null) {
      yield* unwrapper === null ? [chunk] : joined(unwrapper.push(chunk));
      continue;
    }
    head = Buffer.concat([head, chunk]);
    wrapping = recogniseWrapping(head);
    if (wrapping === null) continue;
    unwrapper = unwrappers[wrapping]();
    yield* unwrapper === null ? [head] : joined(unwrapper.push(head));
  }
  if (wrapping === null && head.length > 0) yield head;
  if (unwrapper !== null) yield* joined(unwrapper.end());
}

/** Whether an input that begins so is an export of a journal; one of which too little is known may be. */
export function isJournal(head: Buffer): boolean {
  return recogniseWrapping(head) !== 'none';
}

/** null as long as more of the input is needed to tell. */
function recogniseWrapping(head: Buffer): Wrapping | null {
  if (head.length < shortestHead) return null;
  const text = head.toString('latin1', 0, headLength);
  // oxlint-disable-next-line no-control-regex -- json-seq (RFC 7464) begins each text with a record separator
  const isJson = /^(?:\u001E|data: )?\s*\{/.test(text);
  const isExport = /^[A-Z_][A-Z0-9_]{0,63}(?:[=\n]|$)/.test(text);
  if (isJson && /"(?:__REALTIME_TIMESTAMP|__CURSOR)"\s*:/.test(text)) return 'json';
  if (isExport && /^(?:__REALTIME_TIMESTAMP|__CURSOR|MESSAGE)[=\n]/m.test(text)) return 'export';
  if (!isJson && !isExport) return 'none';
  return head.length >= headLength || hasEnded(text) ? 'none' : null;
}

/** Whether the first entry is complete: then it is none of a journal. */
function hasEnded(text: string): boolean {
  return text.startsWith('{') ? /\}\s*\n/.test(text) : text.includes('\n\n');
}

const unwrappers: Readonly<Record<Wrapping, () => Unwrapper | null>> = {
  none: () => null,
  json: unwrapJson,
  export: unwrapExport,
};

function unwrapJson(): Unwrapper {
  const reader = new JournalJsonReader();
  let lines: Buffer[] = [];
  const add = (entry: JournalEntry | null): number => (entry === null ? 0 : lines.push(lineOfEntry(entry)));
  const splitter = new LineSplitter({
    line: (bytes, start, end) => add(reader.line(sliceOf(bytes, start, end).toString('utf8'))),
  });
  const take = (): Buffer[] => {
    const taken = lines;
    lines = [];
    return taken;
  };
  return {
    push: (chunk) => {
      splitter.push(chunk);
      return take();
    },
    end: () => {
      splitter.end();
      return take();
    },
  };
}

function unwrapExport(): Unwrapper {
  const reader = new JournalExportReader();
  return {
    push: (chunk) => [...reader.push(chunk)].map(lineOfEntry),
    end: () => {
      const last = reader.end();
      return last === null ? [] : [lineOfEntry(last)];
    },
  };
}

function joined(lines: readonly Buffer[]): Buffer[] {
  const bytes = Buffer.concat(lines);
  return bytes.length > 0 ? [bytes] : [];
}
