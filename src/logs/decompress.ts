/**
 * Compressed inputs, recognised by their first bytes and undone as they are read. Of a truncated or damaged one everything
 * up to the damage is read, with a warning.
 */
import { gunzip } from './compression/gunzip.js';
import { InputError } from './input-error.js';

const magicLength = 16;

/** Undoes a compression; throws where the bytes are damaged or end too early, after having given all before that. */
type Decoder = (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;

interface Kind {
  /** What its first bytes are, in Latin-1. */
  readonly magic: string;
}

/** Loaded when needed: most runs need none but gzip's. */
const unxz = async (): Promise<Decoder> => (await import('./compression/unxz.js')).unxz;
const unzstd = async (): Promise<Decoder> => (await import('./compression/unzstd.js')).unzstd;
const bunzip2 = async (): Promise<Decoder> => (await import('./compression/bunzip2.js')).bunzip2;

const decoders: readonly (Kind & { readonly load: () => Decoder | Promise<Decoder> })[] = [
  { magic: '\u001F\u008B', load: () => gunzip },
  { magic: '\u00FD7zXZ\0', load: unxz },
  { magic: '\u0028\u00B5\u002F\u00FD', load: unzstd },
  // The skippable frame with which pzstd begins.
  { magic: '\u0050\u002A\u004D\u0018', load: unzstd },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((level) => [
    { magic: `BZh${level}1AY&SY`, load: bunzip2 },
    { magic: `BZh${level}\u0017rE8P\u0090`, load: bunzip2 },
  ]),
];

/** What is recognised but not undone, with the command that does it. */
const unsupported: readonly (Kind & { readonly what: string; readonly command: string })[] = [
  { magic: '\u0004\u0022\u004D\u0018', what: 'compressed with lz4', command: 'lz4 -dc' },
  { magic: '\u001F\u009D', what: 'compressed with compress', command: 'uncompress -c' },
  { magic: '\u005D\0\0', what: 'compressed with lzma', command: 'xz --format=lzma -dc' },
  { magic: 'LZIP', what: 'compressed with lzip', command: 'lzip -dc' },
  { magic: 'PK\u0003\u0004', what: 'a zip archive', command: 'unzip -p' },
  { magic: 'LPKSHHRH', what: 'a systemd journal', command: 'journalctl -o export --file' },
];

/** Whether bytes that begin like this are compressed in a way that is undone here. */
export function isCompressed(head: Buffer): boolean {
  const magic = head.toString('latin1', 0, magicLength);
  return decoders.some((kind) => magic.startsWith(kind.magic));
}

/** The bytes of the input itself. @throws {InputError} for what cannot be undone. */
export async function* decompress(
  name: string,
  chunks: AsyncIterable<Buffer>,
  warn: (message: string) => void,
): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    const head = await readHead(source);
    const magic = head.toString('latin1', 0, magicLength);
    const other = unsupported.find((kind) => magic.startsWith(kind.magic));
    if (other !== undefined) {
      throw new InputError(`${name} is ${other.what}; read it with: ${other.command} ${name} | sender-survey -`);
    }
    const known = decoders.find((kind) => magic.startsWith(kind.magic));
    if (known === undefined) yield* withHead(head, source);
    else yield* undo(name, (await known.load())(withHead(head, source)), warn);
  } finally {
    await source.return?.();
  }
}

async function* undo(
  name: string,
  decoded: AsyncGenerator<Buffer>,
  warn: (message: string) => void,
): AsyncGenerator<Buffer> {
  let length = 0;
  try {
    for await (const chunk of decoded) {
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    if (length === 0) throw new InputError(`${name} cannot be decompressed (${error.message})`, { cause: error });
    warn(`${name} is damaged or cut off (${error.message}); read as far as it goes`);
  }
}

/** At least the magic bytes where the input has as many: a pipe may deliver them one by one. */
async function readHead(source: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < magicLength) {
    const { done, value } = await source.next();
    if (done === true) break;
    // A short chunk is copied: it does not outlive the next one.
    head = value.length >= magicLength && head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* withHead(head: Buffer, source: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
}
