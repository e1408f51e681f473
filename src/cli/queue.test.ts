/**
 * `sender-survey queue` as users meet it: the built program, a listing, and a state.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import type { QueueSummary } from '../queue/queue-summary.js';
import { openState } from '../store/state.js';
import { evidenceOf, planOf, senderOf } from '../store/survey.test-support.js';
import type { Evidence } from '../verdict/evidence.js';

const program = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
const listing = readFileSync(new URL('../../fixtures/logs/real-mailq-postfix.json', import.meta.url));
let folder: string;

// Starts the program several times, which takes its time where much else runs.
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-queue-'));
  return () => rmSync(folder, { recursive: true });
});

function queue(args: readonly string[], input: Buffer | string = listing) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'queue', ...args], { cwd: folder, input });
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** A state that knows the senders of the bounces but one. */
function keepState(path: string): void {
  const found: Record<string, Partial<Evidence>> = {
    'half@access.example': {},
    'bounces+17-clerk=corp.example@bulk.example': { replyCode: 250, enhancedCode: null, replyText: 'OK' },
    'winner@access.example': { event: 'no-such-domain', stage: 'dns', replyCode: null },
    "o'neil@sender.example": { enhancedCode: '5.7.1', replyText: 'blocked using zen.spamhaus.org' },
  };
  const state = openState(path, 'write');
  const survey = state.beginSurvey(
    planOf(),
    0,
    Object.keys(found).map((address) => senderOf(address)),
  );
  for (const { domainId } of state.pendingDomains(survey.id)) {
    const results = state.pendingSenders(survey.id, domainId, 0, 10).map(({ senderId, address }) => {
      return { senderId, evidence: evidenceOf(found[address]) };
    });
    state.record(survey.id, null, results);
  }
  state.close();
}

test('how many of the bounces nobody will take', () => {
  keepState(join(folder, 'sender-survey.db'));
  const { code, stdout, stderr } = queue(['--output', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout) as QueueSummary).toMatchObject({
    totals: { messages: 5, recipients: 6, bounces: 4 },
    state: 'sender-survey.db',
    bouncesTo: { invalid: 1, valid: 1, undecided: 1, unknown: 1 },
  });
});

test('a state that is named must be there', () => {
  expect(queue(['--state', 'missing.db'])).toMatchObject({ code: 1, stdout: '' });
  expect(queue([])).toMatchObject({ code: 0, stderr: '' });
});

test('a plugin answers on standard output, whatever happens', () => {
  keepState(join(folder, 'known.db'));
  const args = ['--output', 'nagios', '--state', 'known.db'];
  expect(queue([...args, '--warn', 'invalid=0'])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('WARNING - invalid 1 in') as string,
  });
  expect(queue(args, 'no listing\n')).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('UNKNOWN - standard input is no listing') as string,
  });
  expect(queue([...args, '--warn', 'rejected=1'])).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('not one of messages, ') as string,
  });
});

test('thresholds are for plugins only', () => {
  expect(queue(['--warn', 'bounces=1'])).toMatchObject({ code: 2, stdout: '' });
});
