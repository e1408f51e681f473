import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../plan/planner.js';
import { JobError, readJob, readResult, toJob, type JobRules } from './job.js';

const mailbox = { localPart: 'anna', domain: 'x.example', smtputf8: false };
const batch: Batch = {
  server: { host: 'mx.x.example', address: '192.0.2.1', site: 'x.example' },
  recipients: [
    { senderId: 7, mailbox },
    { senderId: 8, mailbox: { localPart: '"jörg x"', domain: 'x.example', smtputf8: true } },
  ],
  attempts: 1,
  spentMs: 250,
};
const rules: JobRules = {
  mailFrom: 'probe@y.example',
  port: 25,
  tls: 'on-demand',
  catchAll: true,
  sessionRecipients: 10,
  connectTimeoutMs: 10_000,
  replyTimeoutMs: 45_000,
  senderTimeoutMs: 180_000,
};
const known = {
  pipelining: 'works',
  plainText: null,
  tlsFailed: true,
  catchAll: [{ domain: 'x.example', accepts: null }],
} as const;
const evidence = {
  event: 'reply',
  stage: 'rcpt',
  replyCode: 550,
  enhancedCode: '5.1.1',
  replyText: 'no such user',
  mxHost: 'mx.x.example',
  mxAddress: '192.0.2.1',
  site: 'x.example',
  catchAll: null,
  checkedAt: 1_800_000_000_000,
  durationMs: 300,
  attempts: 2,
} as const;
const result = {
  worker: 'w',
  source: '192.0.2.25',
  results: [{ senderId: 8, evidence }],
  moveOn: null,
  again: false,
  catchAll: [{ domain: 'x.example', accepts: false }],
  session: { startedAt: 1, durationMs: 2, tls: true },
  known,
};

function viaRedis(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('jobs', () => {
  const job = toJob(batch, { survey: 'survey', run: 'run' }, rules, known);

  test('are read as they were written', () => {
    expect(readJob(viaRedis(job))).toEqual({ run: 'run', batch, rules, known });
  });

  test.each([
    ['protocol', 2],
    ['recipients', []],
    ['recipients', [{ senderId: 1, address: 'a@b.example\r\nDATA' }]],
    ['recipients', [{ senderId: '1', address: 'a@b.example' }]],
    ['server', { ...batch.server, address: 'mx.x.example' }],
    ['rules', { ...rules, mailFrom: 'a@b.example>\r\nRCPT TO:<c@d.example' }],
    ['rules', { ...rules, tls: 'always' }],
    ['rules', { ...rules, replyTimeoutMs: 1e12 }],
    ['attempts', -1],
    ['known', null],
    ['run', null],
  ])('%s: %j is refused', (name, value) => {
    expect(() => readJob(viaRedis({ ...job, [name]: value }))).toThrow(JobError);
  });

  test('whatever it is, it is read or refused', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.record({ ...fcOf(job), recipients: fc.jsonValue() }));
    fc.assert(
      fc.property(anything, (data) => {
        expect(isReadOrRefused(() => readJob(data))).toBe(true);
      }),
    );
  });
});

describe('results', () => {
  test('account for each recipient of the batch', () => {
    expect(readResult(viaRedis(result), batch)).toEqual({
      worker: 'w',
      report: {
        results: [{ recipient: batch.recipients[1], evidence: { ...evidence, prober: 'w 192.0.2.25' } }],
        unasked: [batch.recipients[0]],
        moveOn: null,
        catchAll: result.catchAll,
        session: result.session,
      },
      known,
    });
  });

  test('a refusal is told in words', () => {
    expect(readResult({ worker: 'w', refused: 'why' }, batch)).toEqual({ worker: 'w', refused: 'why' });
  });

  test('a session cut short before it asked anybody is to be held again', () => {
    expect(readResult(viaRedis({ ...result, results: [] }), batch)).toMatchObject({ report: { again: true } });
  });

  test('a job passed over is told in words', () => {
    expect(readResult({ worker: 'w', passed: 'why' }, batch)).toEqual({ worker: 'w', passed: 'why' });
  });

  test.each([
    ['results', [{ senderId: 9, evidence }]],
    ['results', [result.results[0], result.results[0]]],
    ['results', [{ senderId: 8, evidence: { ...evidence, event: 'miracle' } }]],
    ['moveOn', evidence],
    ['session', {}],
  ])('%s: %j is refused', (name, value) => {
    expect(() => readResult(viaRedis({ ...result, [name]: value }), batch)).toThrow(JobError);
  });

  test('whatever it is, it is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record(fcOf(result))), (data) => {
        expect(isReadOrRefused(() => readResult(data, batch))).toBe(true);
      }),
    );
  });
});

/** Each property as it is, or as anything. */
function fcOf(value: object): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, good]) => [name, fc.oneof(fc.constant(viaRedis(good)), fc.jsonValue())]),
  );
}

function isReadOrRefused(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    return error instanceof JobError;
  }
}
