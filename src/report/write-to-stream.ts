/**
 * Writes to standard output or error as fast as it is read; a reader that has seen enough (`| head`) is no error.
 */
import type { Writable } from 'node:stream';
import { OutputError } from './output-error.js';

/**
 * Writes the pieces one after the other and ends when the last has gone out, or when nobody reads any more.
 * @throws OutputError, such as for a full disk.
 */
export async function writeToStream(stream: Writable, pieces: Iterable<string>): Promise<void> {
  // Errors arrive with the callback; unheard, the event would end the process.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  for (const piece of pieces) {
    const error = await new Promise<Error | null | undefined>((resolve) => {
      stream.write(piece, resolve);
    });
    if (!error) continue;
    if ('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')) return;
    throw new OutputError(`cannot write the report: ${error.message}`, { cause: error });
  }
}

function ignore(): void {}
