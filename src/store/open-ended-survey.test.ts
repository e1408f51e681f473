import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openFile } from './database.js';
import type { Seen } from './open-ended-survey.js';
import { openState, type State } from './state.js';
import { day, evidenceOf, noon, planOf, senderOf } from './survey.test-support.js';

let path: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'sender-survey-open-ended-'));
  path = join(folder, 'state.db');
  return () => rmSync(folder, { recursive: true });
});

const plan = planOf({ command: 'endless', mail: 'all' });

function seen(address: string, changes: Partial<Seen> = {}): Seen {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return {
    address,
    domain,
    wanted: false,
    messages: 1,
    rejectedMessages: 0,
    firstSeen: noon,
    lastSeen: noon,
    ...changes,
  };
}

function withState<T>(work: (state: State) => T): T {
  const state = openState(path, 'write');
  try {
    return work(state);
  } finally {
    state.close();
  }
}

test('counts senders as they come, by day, and goes on where it was', () => {
  withState((state) => {
    const survey = state.openEndedSurvey(plan);
    survey.count(seen('a@one.example'));
    survey.count(seen('b@one.example', { messages: 0 }));
    survey.count(seen('a@one.example', { messages: 2, rejectedMessages: 3, lastSeen: noon + day }));
    survey.countAll({ messages: 6, nullSenders: 1 }, noon + day);
  });
  withState((state) => {
    const survey = state.openEndedSurvey(planOf({ command: 'endless', mail: 'all', startedAt: noon + 2 * day }));
    survey.count(seen('a@one.example', { lastSeen: noon + 2 * day }));
    survey.count(seen('c@two.example'));
    expect(
      [...state.rows(survey.id)].map(({ address, messages, rejectedMessages }) => [
        address,
        messages,
        rejectedMessages,
      ]),
    ).toEqual([
      ['a@one.example', 4, 3],
      ['b@one.example', 0, 0],
      ['c@two.example', 1, 0],
    ]);
    expect(
      [...state.rows(survey.id)][0]?.days?.map(({ messages, rejectedMessages }) => [messages, rejectedMessages]),
    ).toEqual([
      [1, 0],
      [2, 3],
      [1, 0],
    ]);
    expect(state.survey('latest')).toMatchObject({
      id: survey.id,
      startedAt: noon,
      finishedAt: noon + day,
      complete: true,
    });
  });
});

test('knows what other surveys found, until it has found something itself', () => {
  withState((state) => {
    const other = state.beginSurvey(planOf(), 0, [
      senderOf('a@one.example', { wanted: true }),
      senderOf('b@one.example'),
    ]);
    const [a, b] = state.pendingSenders(other.id, 1, 0, 2);
    state.record(other.id, null, [
      { senderId: a!.senderId, evidence: evidenceOf({ replyText: 'first' }) },
      { senderId: b!.senderId, evidence: evidenceOf({ event: 'forbidden-network', replyCode: null }) },
    ]);
    const survey = state.openEndedSurvey(plan);
    expect(survey.find('b@one.example', 'one.example')).toBeNull();
    expect(survey.find('z@one.example', 'one.example')).toBeNull();
    expect(survey.find('a@one.example', 'one.example')).toEqual({
      evidence: evidenceOf({ replyText: 'first' }),
      askedAt: noon,
    });
    expect([survey.isWanted('a@one.example', 'one.example'), survey.isWanted('b@one.example', 'one.example')]).toEqual([
      true,
      false,
    ]);

    const { senderId } = survey.count(seen('a@one.example'));
    const later = evidenceOf({ replyText: 'second', checkedAt: noon + day });
    state.record(survey.id, null, [{ senderId, evidence: later, stands: false }]);
    expect(survey.find('a@one.example', 'one.example')).toEqual({
      evidence: evidenceOf({ replyText: 'first' }),
      askedAt: noon + day,
    });
    state.record(survey.id, null, [{ senderId, evidence: later }]);
    expect(survey.find('a@one.example', 'one.example')?.evidence.replyText).toBe('second');
    expect([...state.rows(other.id)].map(({ evidence }) => evidence?.replyText)).toContain('first');
  });
});

test('forgets who was not seen for long, a page at a time, and nothing of other surveys', () => {
  withState((state) => {
    const other = state.beginSurvey(planOf(), 0, [senderOf('kept@other.example')]);
    const [kept] = state.pendingSenders(other.id, 1, 0, 1);
    state.record(other.id, null, [{ senderId: kept!.senderId, evidence: evidenceOf() }]);
    const survey = state.openEndedSurvey(plan);
    const server = { host: 'mx.example', address: '192.0.2.1', site: 'example' };
    const session = { server, startedAt: noon, durationMs: 1, tls: false };
    for (let i = 0; i < 500; i++) {
      const lastSeen = i % 2 === 0 ? noon : noon + 10 * day;
      const { senderId } = survey.count(seen(`s${i}@d${i}.example`, { lastSeen }));
      state.record(survey.id, session, [{ senderId, evidence: evidenceOf() }]);
      state.record(survey.id, null, [{ senderId, evidence: evidenceOf({ checkedAt: lastSeen }) }]);
    }
    survey.count(seen('kept@other.example'));
    const steps: boolean[] = [];
    while (steps.at(-1) !== true) steps.push(survey.forget(noon + day));
    expect(steps).toEqual([false, false, false, true]);
    expect([...state.rows(survey.id)].map(({ address }) => address)).toEqual(
      Array.from({ length: 250 }, (_, i) => `s${2 * i + 1}@d${2 * i + 1}.example`),
    );
    expect([...state.rows(other.id)].map(({ evidence }) => evidence?.replyCode)).toEqual([550]);
    expect(survey.find('kept@other.example', 'other.example')).not.toBeNull();
  });
  const database = openFile(path, 'read');
  const count = (table: string): unknown => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  expect(['sender', 'domain', 'evidence', 'session', 'survey_sender_day'].map(count)).toEqual([251, 251, 251, 0, 250]);
  database.close();
});
