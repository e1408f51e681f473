/**
 * Journal entries as JSON: one a line (`journalctl -o json`), the same after a record separator (json-seq, RFC 7464) or after
 * `data: ` (json-sse), or over several lines (json-pretty).
 */
import { isUsedField, type JournalEntry } from './journal-entry.js';

/** Longest entry over several lines that is read, characters. */
const longestEntry = 1_000_000;

/** Puts entries together from lines. */
export class JournalJsonReader {
  /** The lines of an entry under way. */
  #lines: string[] = [];
  #length = 0;

  /** The entry that this line completes, or null. */
  line(line: string): JournalEntry | null {
    // oxlint-disable-next-line no-control-regex -- RFC 7464 section 2.2: a record separator before each text
    const json = line.replace(/^(?:\u001E|data: )/, '').trim();
    if (this.#lines.length === 0) {
      if (!json.startsWith('{')) return null;
      if (json !== '{') return parseEntry(json);
    }
    // Whatever was lost before: an entry begins and ends on lines of its own.
    if (json === '{' || this.#length + json.length > longestEntry) this.#forget();
    this.#lines.push(json);
    this.#length += json.length;
    if (json !== '}') return null;
    const entry = parseEntry(this.#lines.join('\n'));
    this.#forget();
    return entry;
  }

  #forget(): void {
    this.#lines = [];
    this.#length = 0;
  }
}

function parseEntry(json: string): JournalEntry | null {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const fields = Object.entries(parsed).filter(([name]) => isUsedField(name));
    return new Map(fields.map(([name, value]) => [name, bytesOfValue(value)]));
  } catch {
    return null;
  }
}

/**
 * A value is a string, or an array of bytes where it is not UTF-8, or an array of values where the field occurs more than
 * once, of which the first one counts; null where it was too long for the export.
 */
function bytesOfValue(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (!Array.isArray(value)) return Buffer.alloc(0);
  const isBytes = value.every((byte) => typeof byte === 'number');
  return isBytes ? Buffer.from(value) : bytesOfValue(value[0]);
}
