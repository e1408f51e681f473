import { expect, test } from 'vitest';
import type { Batch, BatchReport } from '../plan/planner.js';
import type { Evidence } from '../verdict/evidence.js';
import { WorkerWatch } from './worker-watch.js';

function batchFor(site: number): Batch {
  return {
    server: { host: `mx.s${site}.example`, address: `192.0.2.${site}`, site: `s${site}.example` },
    recipients: [{ senderId: site, mailbox: { localPart: 'a', domain: `s${site}.example`, smtputf8: false } }],
    attempts: 0,
    spentMs: 0,
  };
}

function evidenceAt({ server }: Batch, changes: Partial<Evidence>): Evidence {
  return {
    event: 'reply',
    stage: 'rcpt',
    replyCode: 250,
    enhancedCode: null,
    replyText: 'Ok',
    mxHost: server.host,
    mxAddress: server.address,
    site: server.site,
    catchAll: null,
    checkedAt: 0,
    durationMs: 0,
    attempts: 1,
    ...changes,
  };
}

const session = { startedAt: 0, durationMs: 1, tls: false };

function answered(batch: Batch, changes: Partial<Evidence> = {}): BatchReport {
  const results = batch.recipients.map((recipient) => ({ recipient, evidence: evidenceAt(batch, changes) }));
  return { results, unasked: [], moveOn: null, session };
}

function unreached(batch: Batch): BatchReport {
  const changes = {
    event: 'connection-timeout',
    stage: 'connect',
    replyCode: null,
    replyText: null,
    durationMs: 10_000,
  } as const;
  return { results: [], unasked: batch.recipients, moveOn: evidenceAt(batch, changes), session: null };
}

function refused(batch: Batch): BatchReport {
  const replyText = 'Service unavailable; client host [203.0.113.9] blocked using zen.spamhaus.org';
  return answered(batch, { replyCode: 554, enhancedCode: '5.7.1', replyText });
}

const sites = Array.from({ length: 40 }, (_, site) => batchFor(site + 1));

function weighAll(watch: WorkerWatch, worker: string, report: (batch: Batch) => BatchReport) {
  return sites.map((batch) => watch.weigh(worker, batch, report(batch)));
}

test('who alone works is believed: whether anybody can be reached is for the whole survey to see', () => {
  const weighed = weighAll(new WorkerWatch(), 'alone', unreached);
  expect(new Set(weighed.map(({ counts, why }) => `${counts} ${why}`))).toEqual(new Set(['true null']));
});

test('who reaches nobody where others do does not count, and is set aside after ten sites', () => {
  const watch = new WorkerWatch();
  weighAll(watch, 'good', (batch) => answered(batch));
  const weighed = weighAll(watch, 'blocked', unreached);
  expect(weighed.every(({ counts }) => !counts)).toBe(true);
  expect(weighed.findIndex(({ why }) => why !== null)).toBe(9);
  expect(weighed[9]?.why).toBe('none of the 10 sites that it tried took a connection; its network may block port 25');
});

test('who connects to some is believed about those that it does not reach', () => {
  const watch = new WorkerWatch();
  weighAll(watch, 'good', (batch) => answered(batch));
  watch.weigh('other', batchFor(50), answered(batchFor(50)));
  expect(weighAll(watch, 'other', unreached).every(({ counts, why }) => counts && why === null)).toBe(true);
});

test('who is listed where others are not is set aside, with the name of the list', () => {
  const watch = new WorkerWatch();
  weighAll(watch, 'good', (batch) => answered(batch));
  const weighed = weighAll(watch, 'listed', refused);
  expect(weighed.findIndex(({ why }) => why !== null)).toBe(29);
  expect(weighed[29]).toEqual({
    counts: false,
    why: '30 of the 30 sites that answered it refuse it; they name Spamhaus (zen.spamhaus.org)',
  });
});

test('where all are refused, that is for the whole survey to see', () => {
  const watch = new WorkerWatch();
  const both = sites.flatMap((batch) => ['one', 'two'].map((name) => watch.weigh(name, batch, refused(batch))));
  expect(both.filter(({ why }) => why !== null).length).toBeLessThanOrEqual(1);
});
