/**
 * Compressed inputs, recognised by their first bytes. gzip is undone, of several members too; of a truncated or damaged
 * one everything up to the damage is read, with a warning.
 */
import { createGunzip, type Gunzip } from 'node:zlib';
import { InputError } from './input-error.js';

const magicLength = 6;
const outputLength = 262_144;

/** Compressions that are recognised but not undone, with the program that does it. */
const unsupported = [
  { name: 'bzip2', magic: 'BZh', program: 'bzcat' },
  { name: 'xz', magic: '\u00FD7zXZ\0', program: 'xzcat' },
  { name: 'zstd', magic: '\u0028\u00B5\u002F\u00FD', program: 'zstdcat' },
];

/** The bytes of the input itself. @throws {InputError} for a compression that cannot be undone. */
export async function* decompress(
  name: string,
  chunks: AsyncIterable<Buffer>,
  warn: (message: string) => void,
): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    const head = await readHead(source);
    const magic = head.toString('latin1', 0, magicLength);
    const other = unsupported.find((compression) => magic.startsWith(compression.magic));
    if (other !== undefined) {
      throw new InputError(
        `${name} is compressed with ${other.name}; read it with: ${other.program} ${name} | sender-survey -`,
      );
    }
    if (magic.startsWith('\u001F\u008B')) yield* gunzip(name, head, source, warn);
    else yield* withHead(head, source);
  } finally {
    await source.return?.();
  }
}

/** At least the magic bytes where the input has as many: a pipe may deliver them one by one. */
async function readHead(source: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < magicLength) {
    const { done, value } = await source.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* withHead(head: Buffer, source: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
}

/** Takes out all that a chunk gives before the next goes in: what waits inside when an error comes would be lost. */
async function* gunzip(
  name: string,
  head: Buffer,
  source: AsyncIterator<Buffer>,
  warn: (message: string) => void,
): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: outputLength });
  const failure: { message: string | null } = { message: null };
  unzip.on('error', (error) => (failure.message = error.message));
  for await (const chunk of withHead(head, source)) {
    yield* outputOf(unzip, (taken) => unzip.write(chunk, taken));
    if (failure.message !== null) break;
  }
  if (failure.message === null) yield* outputOf(unzip, (taken) => unzip.end(taken));
  unzip.destroy();
  if (failure.message !== null) warn(`${name} is damaged or cut off (${failure.message}); read as far as it goes`);
}

async function* outputOf(unzip: Gunzip, feed: (taken: () => void) => void): AsyncGenerator<Buffer> {
  const state = { taken: false, wake: (): void => undefined };
  const wake = (): void => state.wake();
  unzip.on('readable', wake).on('error', wake).on('close', wake);
  feed(() => {
    state.taken = true;
    wake();
  });
  for (;;) {
    const output: unknown = unzip.read();
    if (output instanceof Buffer) yield output;
    else if (state.taken || unzip.destroyed) break;
    else await new Promise<void>((resolve) => (state.wake = resolve));
  }
  unzip.off('readable', wake).off('error', wake).off('close', wake);
}
