/**
 * The file of `--trace`: every conversation as one JSON object a line, written when it is over.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { TraceListeners } from '../probe/trace.js';
import { OutputError } from '../report/output-error.js';

/** An open trace; without a path one that keeps nothing. */
export interface TraceFile {
  readonly listeners: TraceListeners;
  close(): void;
}

/** Opens the file for appending, readable by its owner alone. @throws OutputError */
export function openTrace(path: string | undefined): TraceFile {
  if (path === undefined) return { listeners: {}, close: () => {} };
  const file = explaining(path, () => openSync(path, 'a', 0o600));
  return {
    listeners: { trace: (entry) => explaining(path, () => void writeSync(file, `${JSON.stringify(entry)}\n`)) },
    close: () => closeSync(file),
  };
}

function explaining<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new OutputError(`--trace ${path}: ${(error as Error).message}`);
  }
}
