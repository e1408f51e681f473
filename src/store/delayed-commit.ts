/**
 * Writes that may wait a moment to be committed together: a transaction costs far more than what a session writes.
 */
import type { Database } from './database.js';

/** How long a write may stay uncommitted, milliseconds. */
const longestDelayMs = 100;

/** The open transaction of a database, if there is one. */
export class DelayedCommit {
  readonly #database: Database;
  readonly #explaining: <T>(work: () => T) => T;
  #timer: NodeJS.Timeout | null = null;
  /** What kept a commit from succeeding while nobody waited for it. */
  #fault: { readonly error: unknown } | null = null;

  constructor(database: Database, explaining: <T>(work: () => T) => T) {
    this.#database = database;
    this.#explaining = explaining;
  }

  /** Does the work, which is committed soon. Throws where an earlier commit failed. */
  soon<Value>(work: () => Value): Value {
    this.#throwFault();
    if (this.#timer === null) {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#timer = setTimeout(() => this.#commitAlone(), longestDelayMs);
    }
    return work();
  }

  /** Commits what waits. Throws where that fails, or an earlier commit failed. */
  now(): void {
    this.#throwFault();
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#database.exec('COMMIT');
  }

  #commitAlone(): void {
    try {
      this.#explaining(() => this.now());
    } catch (error) {
      this.#fault = { error };
    }
  }

  #throwFault(): void {
    if (this.#fault !== null) throw this.#fault.error;
  }
}
