/**
 * The pool under a clock of its own: no time passes, no socket is opened.
 */
import { expect, test } from 'vitest';
import type { Clock } from '../clock.js';
import { Planner, type Batch, type BatchReport, type Recipient } from '../plan/planner.js';
import type { Evidence } from '../verdict/evidence.js';
import { startPool } from './pool.js';

/** A clock whose alarms ring in order whenever everybody waits for one. */
class FakeClock implements Clock {
  #now = 0;
  #alarms: { at: number; callback: () => void }[] = [];

  readonly now = (): number => this.#now;

  readonly after = (milliseconds: number, callback: () => void): (() => void) => {
    const alarm = { at: this.#now + milliseconds, callback };
    this.#alarms.push(alarm);
    return () => (this.#alarms = this.#alarms.filter((other) => other !== alarm));
  };

  /** Lets time pass until the promise is settled. Throws where nothing is left to wait for. */
  async runUntil(done: Promise<unknown>): Promise<void> {
    let isDone = false;
    const ended = done.finally(() => (isDone = true));
    ended.catch(() => {});
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone) break;
      const next = this.#alarms.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) throw new Error('nothing is waited for, and yet the pool is not done');
      this.#alarms = this.#alarms.filter((other) => other !== next);
      this.#now = next.at;
      next.callback();
    }
    await ended;
  }
}

const mailbox = { localPart: 'a', domain: 'b.example', smtputf8: false };

function planFor(siteSizes: readonly number[], siteSessions = 2): Planner {
  let nextId = 1;
  const load = (_domain: number, count: number): Recipient[] =>
    Array.from({ length: count }, () => ({ senderId: nextId++, mailbox }));
  const limits = {
    siteSessions,
    siteRate: 0,
    sitePauseMs: 60_000,
    sessionRecipients: 1,
    maxAddresses: 5,
    maxSessions: 2,
    throttleRetries: 3,
  };
  const planner = new Planner(limits, load);
  for (const [index, size] of siteSizes.entries()) {
    const address = `192.0.2.${index}`;
    planner.add(index, size, [{ host: `mx${index}.example`, address, site: address, rank: 0 }]);
  }
  return planner;
}

const accepted: Evidence = {
  event: 'reply',
  stage: 'rcpt',
  replyCode: 250,
  enhancedCode: null,
  replyText: 'Ok',
  mxHost: 'mx.example',
  mxAddress: '192.0.2.1',
  site: 'example',
  catchAll: null,
  checkedAt: 0,
  durationMs: 0,
  attempts: 1,
};

function takenFrom(batch: Batch): BatchReport {
  const results = batch.recipients.map((recipient) => ({ recipient, evidence: accepted }));
  return { results, unasked: [], moveOn: null, session: { startedAt: 0, durationMs: 1000, tls: false } };
}

/** Runs a pool to its end; each session takes a second. */
async function runPool(planner: Planner, concurrency: number, fault: (batch: Batch) => void = () => {}) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const told: number[] = [];
  let [open, mostOpen] = [0, 0];
  const ask = async (batch: Batch): Promise<BatchReport> => {
    mostOpen = Math.max(mostOpen, ++open);
    await new Promise<void>((resolve) => clock.after(1000, resolve));
    open--;
    fault(batch);
    return takenFrom(batch);
  };
  const pool = startPool({
    planner,
    runner: { slots: () => concurrency, ask },
    clock,
    signal: controller.signal,
    settle: (batch, report) => {
      planner.settle(batch, report, clock.now());
      told.push(...report.results.map(({ recipient }) => recipient.senderId));
      if (told.length === 13) controller.abort();
    },
  });
  pool.close();
  await clock.runUntil(pool.finished);
  return { told, mostOpen, open, time: clock.now() };
}

test('asks everybody once, never more at a time than allowed', async () => {
  const { told, mostOpen, time } = await runPool(planFor([4, 4, 4]), 5);
  expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect(mostOpen).toBe(5);
  expect(time).toBe(3000);
});

test('a site at its limit holds no slot', async () => {
  const { told, mostOpen, time } = await runPool(planFor([8, 1, 1], 1), 3);
  expect(told).toHaveLength(10);
  expect(mostOpen).toBe(3);
  expect(time).toBe(8000);
});

test('after an abort nothing is started, and what is under way is waited for', async () => {
  const { told, open } = await runPool(planFor([40, 40], 2), 4);
  expect(told).toHaveLength(16);
  expect(open).toBe(0);
});

test('a bug in a session ends the pool with that error', async () => {
  const broken = runPool(planFor([4]), 2, () => {
    throw new Error('bug');
  });
  await expect(broken).rejects.toThrow('bug');
});
