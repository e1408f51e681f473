/**
 * The one place that knows better-sqlite3: opens a database file without ever overwriting what is there, and says in
 * words what SQLite's error codes mean to the person running the survey.
 */
import { closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { StateError } from './state-error.js';

export type Database = BetterSqlite3.Database;

/** How long to wait for someone else's lock on the file, such as a person's sqlite3 with an open transaction. */
const patienceMs = 5000;

/** An empty database in memory. */
export function openInMemory(): Database {
  return new BetterSqlite3(':memory:');
}

/**
 * Opens an existing database file; what it holds is not looked at yet.
 * @throws StateError
 */
export function openFile(path: string, mode: 'write' | 'read'): Database {
  const options = { fileMustExist: true, readonly: mode === 'read', timeout: patienceMs };
  return explaining(path, () => new BetterSqlite3(path, options));
}

/**
 * Opens a database that only serves as a lock, so that `BEGIN EXCLUSIVE` on it succeeds or fails at once.
 * @throws StateError
 */
export function openLock(path: string): Database {
  return explaining(path, () => new BetterSqlite3(path, { timeout: 0 }));
}

/**
 * Makes an empty file that only its owner can read, unless there is one by that name already. SQLite gives the files
 * it puts beside it (-wal, -shm) the same mode.
 * @throws StateError
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EEXIST')
      throw new StateError(`cannot create ${path}: ${whyNotCreated(path, code)}`, { cause: error });
  }
}

/** Whether there is a file by that name; a StateError where there is something else, or no way to tell. */
export function fileExists(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) throw new StateError(`${path} is a directory, not a state file`);
    return stats !== undefined;
  } catch (error) {
    if (error instanceof StateError) throw error;
    throw new StateError(`cannot open ${path}: ${systemCode(error)}`, { cause: error });
  }
}

/**
 * Looks whether SQLite finds the file sound: its pages, and with `thorough` that the indexes hold what the tables do, which takes
 * three times as long (some 4 s for a million senders). What was changed within a text cannot be seen.
 * @throws StateError
 */
export function checkSound(path: string, database: Database, thorough: boolean): void {
  const check = thorough ? 'integrity_check(1)' : 'quick_check(1)';
  const found = String(explaining(path, () => database.pragma(check, { simple: true })));
  if (found === 'ok') return;
  throw new StateError(`${path} is damaged (${found.replaceAll('\n', ' ')}), and was left as it is. ${whatHelps}`);
}

/** Does the work; errors of SQLite come out as StateErrors that name the file. */
export function explaining<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(path, error);
  }
}

/** As `explaining`, for work that gives its results one by one. */
export function* explainingEach<T>(path: string, work: () => Iterable<T>): Generator<T, void, undefined> {
  try {
    yield* work();
  } catch (error) {
    throw explain(path, error);
  }
}

/** Whether this is SQLite saying that someone else holds a lock. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && error.code.startsWith('SQLITE_BUSY');
}

type SqliteError = InstanceType<typeof BetterSqlite3.SqliteError>;

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof BetterSqlite3.SqliteError;
}

function explain(path: string, error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  const words = wordsFor(error);
  return words === null ? error : new StateError(`${path} ${words}`, { cause: error });
}

/** Where a state is damaged. */
const whatHelps = 'Move it away to start anew, or try "sqlite3 FILE .recover"';

/** Null for what can only be a fault of this program. Codes: https://sqlite.org/rescode.html, extended ones included. */
function wordsFor(error: SqliteError): string | null {
  const [, primary] = /^SQLITE_([A-Z]+)/.exec(error.code) ?? [];
  switch (primary) {
    case 'NOTADB':
      return 'is not a sender-survey state: it is no SQLite database. It was left as it is';
    case 'CORRUPT':
      return `is damaged (${error.message}). ${whatHelps}`;
    case 'FULL':
      return 'cannot grow: the disk is full. What was recorded so far is kept';
    case 'BUSY':
    case 'LOCKED':
    case 'PROTOCOL':
      return 'is locked by another program';
    case 'READONLY':
    case 'PERM':
    case 'CANTOPEN':
    case 'AUTH':
      return `cannot be opened or written (${error.message}). Check who may write it and its directory`;
    case 'IOERR':
      return `cannot be read or written (${error.code}: ${error.message})`;
    default:
      return null;
  }
}

/** Node's name for what the system said, such as `EACCES`. */
function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function whyNotCreated(path: string, code: string): string {
  switch (code) {
    case 'ENOENT':
      return `there is no directory ${dirname(path)}`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to write in ${dirname(path)}; name another file with --state`;
    case 'EROFS':
      return `${dirname(path)} is read-only; name another file with --state`;
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return code;
  }
}

/** Whether there is a table of that name: states of older versions lack some. */
export function hasTable(database: Database, name: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}
