/**
 * An input by its name → its bytes. A file is read ahead into one buffer while the other is worked on, so a chunk is valid
 * until the next one is asked for.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { InputError } from './input-error.js';

/** Large enough to make system calls rare, small enough to stay in a processor's cache. */
const chunkLength = 524_288;

/** An input, ready to be read. */
export interface OpenInput {
  /** For people: the path, or `standard input`. */
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer>;
}

/** A file that can be read, or standard input (`-`). */
export interface FoundInput {
  readonly name: string;
  /** Device and inode: the same for two names of one file. */
  readonly identity: string;
  /** When it was last written to, ms since 1970; for a pipe, now. */
  readonly modified: number;
  /** Whether it is a file proper, which can be opened again and read anywhere. */
  readonly isFile: boolean;
  /** Bytes, as it stands there; 0 where that is not known. */
  readonly size: number;
  open(): Promise<OpenInput>;
}

/** Makes sure that the input is there. @throws {InputError} where it is missing, unreadable or a directory. */
export async function findInput(input: string, stdin: NodeJS.ReadableStream, now: number): Promise<FoundInput> {
  if (input === '-') {
    const name = 'standard input';
    const opened = { name, chunks: streamChunks(name, stdin) };
    return { name, identity: input, modified: now, isFile: false, size: 0, open: () => Promise.resolve(opened) };
  }
  const stats = await orInputError(input, stat(input, { bigint: true }));
  if (stats.isDirectory()) throw new InputError(`${input} is a directory, not a file`);
  const isFile = stats.isFile();
  const modified = isFile ? Number(stats.mtimeMs) : now;
  const [identity, size] = [`${stats.dev}:${stats.ino}`, isFile ? Number(stats.size) : 0];
  return { name: input, identity, modified, isFile, size, open: () => openFile(input) };
}

async function openFile(path: string): Promise<OpenInput> {
  const file = await orInputError(path, open(path));
  return { name: path, chunks: fileChunks(path, file) };
}

async function* fileChunks(path: string, file: FileHandle): AsyncGenerator<Buffer> {
  let [current, next] = [Buffer.allocUnsafeSlow(chunkLength), Buffer.allocUnsafeSlow(chunkLength)];
  let reading = file.read(current, 0, chunkLength, null);
  try {
    for (;;) {
      const { bytesRead } = await orInputError(path, reading);
      if (bytesRead === 0) return;
      reading = file.read(next, 0, chunkLength, null);
      yield current.subarray(0, bytesRead);
      [current, next] = [next, current];
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}

async function* streamChunks(name: string, stream: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : asBuffer(chunk);
  } catch (error) {
    throw inputError(name, error);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function orInputError<T>(name: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw inputError(name, error);
  }
}

/** What to tell the user of a failure to read. */
export function inputError(name: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return new InputError(`${name}: no such file`, { cause: error });
  if (code === 'EACCES') return new InputError(`${name}: permission denied`, { cause: error });
  return new InputError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}
