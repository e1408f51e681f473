import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewSender } from './begin-survey.js';
import { openFile } from './database.js';
import { openState } from './state.js';
import { day, noon, planOf, senderOf } from './survey.test-support.js';

const monday = noon - (noon % day);
const days = [
  { day: 0, messages: 1, rejectedMessages: 0 },
  { day: monday, messages: 2, rejectedMessages: 3 },
  { day: monday + 2 * day, messages: 4, rejectedMessages: 0 },
];
const ofSeveralDays = { messages: 7, rejectedMessages: 3, firstSeen: monday, lastSeen: monday + 2 * day + 5, days };

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  path = join(directory, 'survey.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

function keep(senders: readonly NewSender[]): void {
  const state = openState(path, 'write');
  state.beginSurvey(planOf(), 0, senders);
  state.close();
}

function daysOfRows(): unknown[] {
  const state = openState(path, 'read');
  const rows = [...state.rows(state.survey('latest')?.id ?? 0)].map((row) => [row.address, row.days]);
  state.close();
  return rows;
}

function run(sql: string): unknown[] {
  const database = openFile(path, 'write');
  try {
    const statement = database.prepare(sql);
    return statement.reader ? statement.raw().all() : [statement.run()];
  } finally {
    database.close();
  }
}

test('the days of each sender come back with it, in every survey', () => {
  const senders = [
    senderOf('one@a.example'),
    senderOf('several@b.example', ofSeveralDays),
    senderOf('two@a.example'),
    senderOf('also@a.example', { ...ofSeveralDays, days: days.slice(1) }),
  ];
  keep(senders.slice(1));
  keep(senders);
  expect(daysOfRows()).toEqual([
    ['one@a.example', undefined],
    ['several@b.example', days],
    ['two@a.example', undefined],
    ['also@a.example', days.slice(1)],
  ]);
});

test('rows may be left unread', () => {
  keep([senderOf('a@a.example', ofSeveralDays), senderOf('b@a.example', ofSeveralDays)]);
  const state = openState(path, 'write');
  for (const { address } of state.rows(1)) {
    expect(address).toBe('a@a.example');
    break;
  }
  expect(() => state.finishSurvey(1, noon)).not.toThrow();
  state.close();
});

test('a sender spelt in two ways has no days: those of a single day do not come with it', () => {
  keep([senderOf('a@a.example', ofSeveralDays), senderOf('b@a.example'), senderOf('a@a.example')]);
  expect(daysOfRows()).toEqual([
    ['a@a.example', undefined],
    ['b@a.example', undefined],
  ]);
});

test('the view for people has every message, on its day where that is known', () => {
  keep([
    senderOf('one@a.example', { messages: 5 }),
    senderOf('several@b.example', ofSeveralDays),
    senderOf('unknown@a.example', { messages: 9, firstSeen: monday, lastSeen: noon + day }),
    senderOf('untimed@a.example', { firstSeen: null, lastSeen: null }),
  ]);
  expect(run('SELECT ordinal, day, messages, rejected_messages FROM messages_by_day ORDER BY ordinal, day')).toEqual([
    [1, '2026-11-15', 5, 0],
    [2, null, 1, 0],
    [2, '2026-11-16', 2, 3],
    [2, '2026-11-18', 4, 0],
    [3, null, 9, 0],
    [4, null, 1, 0],
  ]);
});

test('a state of an older version can be read, without days, and gets a place for them', () => {
  keep([senderOf('a@a.example', ofSeveralDays)]);
  run('DROP VIEW messages_by_day');
  run('DROP TABLE survey_sender_day');
  expect(daysOfRows()).toEqual([['a@a.example', undefined]]);
  keep([senderOf('b@a.example', ofSeveralDays)]);
  expect(daysOfRows()).toEqual([['b@a.example', days]]);
});
