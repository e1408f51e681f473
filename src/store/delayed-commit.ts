/**
 * Sessions that end in the same turn of the event loop are committed together: a transaction costs far more than what a
 * session writes. None waits longer, so that a kill loses no session but those in flight.
 */
import type { Database } from './database.js';

/** The open transaction of a database, if there is one. */
export class DelayedCommit {
  readonly #database: Database;
  readonly #explaining: <T>(work: () => T) => T;
  #endOfTurn: NodeJS.Immediate | null = null;
  /** What kept a commit from succeeding while nobody waited for it, until somebody is told. */
  #fault: { readonly error: unknown } | null = null;

  constructor(database: Database, explaining: <T>(work: () => T) => T) {
    this.#database = database;
    this.#explaining = explaining;
  }

  /** Does the work, which is committed at the end of this turn. Throws where an earlier commit failed. */
  soon<Value>(work: () => Value): Value {
    this.#throwFault();
    if (this.#endOfTurn === null) {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#endOfTurn = setImmediate(() => this.#commitAlone());
    }
    return work();
  }

  /** Commits what waits. Throws where that fails, or an earlier commit failed. */
  now(): void {
    this.#throwFault();
    if (this.#endOfTurn === null) return;
    clearImmediate(this.#endOfTurn);
    this.#endOfTurn = null;
    try {
      this.#database.exec('COMMIT');
    } finally {
      // After some errors SQLite has ended the transaction itself.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
    }
  }

  #commitAlone(): void {
    try {
      this.#explaining(() => this.now());
    } catch (error) {
      this.#fault = { error };
    }
  }

  #throwFault(): void {
    const fault = this.#fault;
    this.#fault = null;
    if (fault !== null) throw fault.error;
  }
}
