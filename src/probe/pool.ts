/**
 * The pool of sessions: takes batches from the planner while there is room, waits while nothing may start.
 * It knows nothing of how a batch is asked; that is the runner, a session in this process or at a worker.
 */
import pLimit from 'p-limit';
import { Bell } from '../bell.js';
import type { Clock } from '../clock.js';
import type { Batch, BatchReport, Planner } from '../plan/planner.js';
import type { SessionRunner } from './session-runner.js';

export interface PoolTask {
  readonly planner: Pick<Planner, 'take' | 'nextStart' | 'isDone'>;
  /** Carries the sessions out. */
  readonly runner: SessionRunner;
  /** Called with each report before its slot is given away: keeps the results and settles the batch. */
  readonly settle: (batch: Batch, report: BatchReport) => void;
  readonly clock: Clock;
  /** No new batch is started after this; those under way are waited for. */
  readonly signal: AbortSignal;
}

/** A pool at work. */
export interface Pool {
  /** Tells the pool that the planner has been given more work. */
  wake(): void;
  /** Tells the pool that no more work will come. */
  close(): void;
  /** Resolves when all work is done, or after an abort when what was under way has ended. Rejects on a bug. */
  readonly finished: Promise<void>;
}

/** Starts a pool. */
export function startPool(task: PoolTask): Pool {
  const bell = new Bell();
  let closed = false;
  task.signal.addEventListener('abort', () => bell.ring(), { once: true });
  task.runner.onMoreSlots?.(() => bell.ring());
  return {
    wake: () => bell.ring(),
    close: () => {
      closed = true;
      bell.ring();
    },
    finished: run(task, bell, () => closed),
  };
}

async function run(task: PoolTask, bell: Bell, isClosed: () => boolean): Promise<void> {
  const { planner, clock, signal, runner } = task;
  const limit = pLimit(1);
  const faults: unknown[] = [];
  const askOne = async (batch: Batch): Promise<void> => {
    try {
      task.settle(batch, await runner.ask(batch));
    } catch (fault) {
      faults.push(fault);
    }
  };
  const busy = (): number => limit.activeCount + limit.pendingCount;
  const isFull = (): boolean => busy() >= runner.slots() || signal.aborted || faults.length > 0;
  const startNext = (): boolean => {
    const batch = isFull() ? null : planner.take(clock.now());
    if (batch === null) return false;
    limit.concurrency = runner.slots();
    void limit(askOne, batch).then(() => bell.ring());
    return true;
  };

  for (;;) {
    while (startNext());
    const isOver = signal.aborted || faults.length > 0 || (isClosed() && planner.isDone());
    if (isOver && busy() === 0) break;
    const next = isFull() ? null : planner.nextStart(clock.now());
    await bell.wait(clock, next === null ? null : Math.max(0, next - clock.now()));
  }
  if (faults.length > 0) throw faults[0];
}
