/**
 * Who carries sessions out: this process, or workers elsewhere. The plan and its courtesy stay where they are; a runner
 * does one batch as it is told.
 */
import type { Batch, BatchReport } from '../plan/planner.js';

/** Carries batches out. */
export interface SessionRunner {
  /** Sessions that may be under way at once, as of now. */
  readonly slots: () => number;
  /** `listener` is called when there may be more slots than before. */
  readonly onMoreSlots?: (listener: () => void) => void;
  /** Asks; rejects only on bugs, and where this machine cannot open connections at all. */
  readonly ask: (batch: Batch) => Promise<BatchReport>;
}
