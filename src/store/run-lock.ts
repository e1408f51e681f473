/**
 * Keeps two surveys from running on one state: an exclusive SQLite lock on an empty file beside it, held for the whole
 * run. The kernel lets go of it when the process ends, however it ends; the file itself means nothing.
 */
import { rmSync, statSync } from 'node:fs';
import { createPrivateFile, explaining, isBusy, openLock, type Database } from './database.js';
import { StateError } from './state-error.js';

/** Lets the next survey in. */
export type Release = () => void;

/**
 * Locks the state at `path` for one run.
 * @throws StateError where another survey holds it.
 */
export function lockForRun(path: string): Release {
  const lockPath = `${path}.lock`;
  for (;;) {
    createPrivateFile(lockPath);
    const before = inode(lockPath);
    const lock = openLock(lockPath);
    beginExclusive(lock, path);
    if (before !== null && before === inode(lockPath)) {
      return () => {
        rmSync(lockPath, { force: true });
        lock.close();
      };
    }
    // Whoever held it before removed the file after it was opened here, so that this lock keeps nobody out.
    lock.close();
  }
}

function beginExclusive(lock: Database, path: string): void {
  try {
    // Nothing is ever written, but a journal file would be left beside it by a process that is killed.
    explaining(path, () => lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE'));
  } catch (error) {
    lock.close();
    if (!(error instanceof StateError && isBusy(error.cause))) throw error;
    throw new StateError(
      `${path} is in use by another survey or policy service; wait until it ends, or name another file with --state`,
      { cause: error },
    );
  }
}

/** Null where there is no such file. */
function inode(path: string): bigint | null {
  return statSync(path, { throwIfNoEntry: false, bigint: true })?.ino ?? null;
}
