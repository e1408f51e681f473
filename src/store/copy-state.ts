/**
 * A copy of a state to try things out with: whatever is written there, the state stays as it is.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Where the copy is, and how to be rid of it. */
export interface StateCopy {
  readonly path: string;
  readonly remove: () => void;
}

/**
 * Copies the state at `path` with what has not been moved into it yet; a state that is not there gives an empty one. The
 * copy is gone when the process ends.
 */
export function copyState(path: string): StateCopy {
  if (path === 'none') return { path, remove: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'sender-survey-'));
  const copy = join(folder, basename(path));
  for (const suffix of ['', '-wal']) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { path: copy, remove };
}
