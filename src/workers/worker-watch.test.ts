import { expect, test } from 'vitest';
import type { Batch, BatchReport } from '../plan/planner.js';
import type { Evidence } from '../verdict/evidence.js';
import { isDoubtful } from './doubt.js';
import { WorkerWatch } from './worker-watch.js';

function batchFor(site: number): Batch {
  return {
    server: { host: `mx.s${site}.example`, address: `192.0.2.${site}`, site: `s${site}.example` },
    recipients: [{ senderId: site, mailbox: { localPart: 'a', domain: `s${site}.example`, smtputf8: false } }],
    attempts: 0,
    spentMs: 0,
  };
}

/** Time passes with each finding. */
let now = 0;

function evidenceAt({ server }: Batch, changes: Partial<Evidence>): Evidence {
  now += 1000;
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
    checkedAt: now,
    durationMs: 0,
    attempts: 1,
    ...changes,
  };
}

function answered(batch: Batch, changes: Partial<Evidence> = {}): BatchReport {
  const results = batch.recipients.map((recipient) => ({ recipient, evidence: evidenceAt(batch, changes) }));
  return { results, unasked: [], moveOn: null, session: { startedAt: now, durationMs: 1, tls: false } };
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
  expect(weighed[9]?.why).toBe(
    'none of the 10 sites that it tried last took a connection; its network may block port 25',
  );
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
  expect(weighed[29]).toMatchObject({
    counts: false,
    why: '30 of the 30 sites that answered it refuse it; they name Spamhaus (zen.spamhaus.org)',
  });
});

test('who is listed: all refusals that counted before it was found out are doubted, once', () => {
  const watch = new WorkerWatch();
  weighAll(watch, 'good', (batch) => answered(batch));
  const weighed = weighAll(watch, 'listed', refused);
  expect(weighed.slice(0, 29).every(({ counts, doubts }) => counts && doubts.length === 0)).toBe(true);
  expect(weighed.slice(29).map(({ doubts }) => doubts.length)).toEqual([1, ...Array.from({ length: 10 }, () => 0)]);
  const [doubt] = weighed[29]!.doubts;
  const found = { ...refused(sites[0]!).results[0]!.evidence, prober: 'listed 192.0.2.9', checkedAt: doubt!.until };
  const doubted = (changes: Partial<Evidence>) => isDoubtful(doubt!, { ...found, ...changes }, 'a@s1.example');
  expect(doubted({})).toBe(true);
  expect(doubted({ prober: 'listed-too' })).toBe(false);
  expect(doubted({ checkedAt: doubt!.until + 1 })).toBe(false);
  expect(doubted({ replyCode: 550, enhancedCode: '5.1.1', replyText: 'no such user' })).toBe(false);
});

test('who reached nobody while it was alone is doubted as soon as another connects', () => {
  const watch = new WorkerWatch();
  expect(watch.weigh('blocked', batchFor(1), unreached(batchFor(1)))).toEqual({ counts: true, why: null, doubts: [] });
  const until = now;
  const { doubts } = watch.weigh('good', batchFor(2), answered(batchFor(2)));
  expect(doubts).toEqual([{ worker: 'blocked', about: 'connections', since: 0, until }]);
  expect(watch.weigh('good', batchFor(3), answered(batchFor(3))).doubts).toEqual([]);
});

test('who connected once and then no more is set aside, and doubted since then', () => {
  const watch = new WorkerWatch();
  watch.weigh('cut', batchFor(50), answered(batchFor(50)));
  const since = now;
  const weighed = sites.map((batch) => {
    watch.weigh('good', batch, answered(batch));
    return watch.weigh('cut', batch, unreached(batch));
  });
  expect(weighed.findIndex(({ why }) => why !== null)).toBe(29);
  expect(weighed[29]).toMatchObject({ counts: false, doubts: [{ worker: 'cut', about: 'connections', since }] });
});

test('a worker is given up only for what enough sites say', () => {
  const watch = new WorkerWatch();
  expect(watch.mayDoBetter('new')).toBe(true);
  const hopeful = sites.map((batch) => {
    watch.weigh('listed', batch, refused(batch));
    return watch.mayDoBetter('listed');
  });
  expect(hopeful.indexOf(false)).toBe(9);
});

test('where all are refused, that is for the whole survey to see', () => {
  const watch = new WorkerWatch();
  const both = sites.flatMap((batch) => ['one', 'two'].map((name) => watch.weigh(name, batch, refused(batch))));
  expect(both.filter(({ why }) => why !== null).length).toBeLessThanOrEqual(1);
});
