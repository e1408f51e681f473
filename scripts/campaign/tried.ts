/**
 * What the parts of the campaign give, and the words for what did not come as it had to.
 */
import type { Outcome } from './run-command.js';

/** What a part of the campaign did, and what went wrong. */
export interface Tried {
  readonly did: string;
  readonly counts?: Counts;
  readonly faults: readonly string[];
}

/** What is added up over all parts. */
export interface Counts {
  /** Faults of servers and of DNS, and of the machine. */
  readonly faults?: number;
  /** Logs, lists, addresses and states that were read. */
  readonly inputs?: number;
  readonly kills?: number;
  /** Senders of whom it was looked whether they have their row, and the right one. */
  readonly senders?: number;
}

/** Nothing where the command ended with this code and these words on standard error, else what it did. */
export function unless(what: string, outcome: Outcome, code: number, words = ''): string[] {
  if (outcome.code === code && outcome.stderr.includes(words) && !hasStack(outcome)) return [];
  return [`${what}: exit code ${outcome.code}, not ${code} with "${words}": ${outcome.stderr.slice(0, 500)}`];
}

/** Whether a fault of the program itself came to light. */
function hasStack({ stderr }: Outcome): boolean {
  return /^\s+at .*:\d+:\d+\)?$/m.test(stderr);
}
