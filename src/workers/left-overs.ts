/**
 * What sessions brought while nobody coordinated: a run that is killed leaves jobs behind, some of them done, some of them
 * still under way at workers.
 */
import type { Queue } from 'bullmq';
import type { Batch, BatchReport } from '../plan/planner.js';
import { JobError, readJob, readResult } from './job.js';

/** How often sessions under way are looked at, milliseconds. */
const lookMs = 500;

/** What a session brought. */
export interface LeftOver {
  readonly batch: Batch;
  readonly report: BatchReport;
}

/** Where jobs are looked for. */
export interface Remains {
  readonly queue: Queue;
  /** Tells this survey from any other. */
  readonly survey: string;
  /** Whether a worker still holds a job. */
  readonly isHeld: (jobId: string) => Promise<boolean>;
  /** Whether what a worker finds is not believed. */
  readonly isAside: (worker: string) => Promise<boolean>;
  /** So many sessions are still under way, and are waited for. */
  readonly waiting: (sessions: number) => void;
  readonly signal: AbortSignal;
}

/** Takes up what a run of the same survey left, after waiting for sessions under way; all other jobs are removed. */
export async function takeUpLeftOvers({ queue, survey, signal, ...remains }: Remains): Promise<LeftOver[]> {
  const found: LeftOver[] = [];
  while (!signal.aborted) {
    await queue.drain();
    // In this order: what ends in between is among those that have ended.
    const active = await queue.getJobs(['active']);
    for (const job of await queue.getJobs(['completed', 'failed'])) {
      const left = leftOverOf(job.data, job.returnvalue, survey);
      if (left !== null && !(await remains.isAside(left.worker))) found.push(left);
      await queue.remove(job.id!);
    }
    if (active.length === 0) break;
    remains.waiting(active.length);
    for (const { id } of active) if (!(await remains.isHeld(id!))) await queue.remove(id!);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return found;
}

function leftOverOf(data: unknown, returned: unknown, survey: string): (LeftOver & { worker: string }) | null {
  if ((data as { survey?: unknown } | null)?.survey !== survey) return null;
  try {
    const { batch } = readJob(data);
    const result = readResult(returned, batch);
    return 'report' in result ? { worker: result.worker, batch, report: result.report } : null;
  } catch (error) {
    if (error instanceof JobError) return null;
    throw error;
  }
}
