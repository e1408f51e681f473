import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPrivateFile, explaining, openFile } from './database.js';
import { applicationId, schemaVersion } from './schema.js';
import { openState } from './state.js';
import { StateError } from './state-error.js';
import { evidenceOf, noon, planOf, senderOf } from './survey.test-support.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-'));
  path = join(directory, 'survey.db');
});

afterEach(() => {
  chmodSync(directory, 0o700);
  rmSync(directory, { recursive: true });
});

function makeDatabase(sql: string): void {
  createPrivateFile(path);
  const database = openFile(path, 'write');
  database.exec(sql);
  database.close();
}

/** Flips bytes in the middle of a state that holds a survey. */
function makeDamagedState(): void {
  const state = openState(path, 'write');
  state.beginSurvey(planOf(), 0, [senderOf('a@a.example')]);
  state.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, 100, 8192));
}

describe('what is not a state is refused in words, and left as it is', () => {
  test.for<[string, () => void, string]>([
    ['a list of addresses', () => writeFileSync(path, 'a@a.example\n'), 'is no SQLite database'],
    [
      'a long text',
      () => writeFileSync(path, 'Nov 16 12:00:00 mx postfix/qmgr[1]: \n'.repeat(1000)),
      'is no SQLite database',
    ],
    ["another program's database", () => makeDatabase('CREATE TABLE moz_places (id)'), "some other program's"],
    [
      "another program's empty database",
      () => makeDatabase('PRAGMA application_id = 252006673; PRAGMA user_version = 5'),
      "some other program's",
    ],
    [
      'a state of the future',
      () => makeDatabase(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion + 1}`),
      'newer',
    ],
    ['a damaged state', makeDamagedState, 'damaged'],
    ['a directory', () => mkdirSync(path), 'is a directory'],
  ])('%s', ([, make, words]) => {
    make();
    const before = statSync(path).isFile() && readFileSync(path);
    for (const mode of ['write', 'read'] as const) {
      expect(() => openState(path, mode)).toThrow(StateError);
      expect(() => openState(path, mode)).toThrow(words);
    }
    expect(statSync(path).isFile() && readFileSync(path)).toEqual(before);
    expect(readdirSync(directory)).toEqual(['survey.db']);
  });
});

test.for<[string, string, string]>([
  ['there is no such directory', 'missing/survey.db', 'there is no directory'],
  ['a file stands where the directory should be', 'file/survey.db', 'ENOTDIR'],
])('no state can be made where %s', ([, name, words]) => {
  writeFileSync(join(directory, 'file'), '');
  expect(() => openState(join(directory, name), 'write')).toThrow(words);
});

test.skipIf(process.getuid?.() === 0)('no state can be made in a directory that may not be written', () => {
  chmodSync(directory, 0o500);
  expect(() => openState(path, 'write')).toThrow('no permission to write in');
});

test('there is nothing to read where no state is, where it is empty, and in memory', () => {
  expect(() => openState(path, 'read')).toThrow('there is no state');
  writeFileSync(path, '');
  expect(() => openState(path, 'read')).toThrow('holds no survey');
  expect(() => openState('none', 'read')).toThrow(StateError);
  expect(readdirSync(directory)).toEqual(['survey.db']);
});

test('an empty file, such as mktemp makes, becomes a state', () => {
  writeFileSync(path, '');
  const state = openState(path, 'write');
  expect(state.survey('latest')).toBeNull();
  state.close();
});

test('the files are for their owner only, and one plain file is left in the end', () => {
  const state = openState(path, 'write');
  state.beginSurvey(planOf(), 0, [senderOf('a@a.example')]);
  const names = readdirSync(directory);
  expect(names).toEqual(expect.arrayContaining(['survey.db', 'survey.db-shm', 'survey.db-wal', 'survey.db.lock']));
  for (const name of names) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  state.close();
  expect(readdirSync(directory)).toEqual(['survey.db']);
});

test('a second survey on the state is refused while the first runs, and let in after it', () => {
  const first = openState(path, 'write');
  expect(() => openState(path, 'write')).toThrow('is in use by another survey');
  expect(() => openState(path, 'write')).toThrow(StateError);
  first.close();
  openState(path, 'write').close();
});

test('a report can be read while a survey runs, and the survey goes on meanwhile', () => {
  const state = openState(path, 'write');
  const survey = state.beginSurvey(planOf(), 0, [senderOf('a@a.example'), senderOf('b@a.example')]);
  const reader = openState(path, 'read');
  const rows = reader.rows(survey.id)[Symbol.iterator]();
  expect(rows.next().value).toMatchObject({ address: 'a@a.example', evidence: null });
  state.record(survey.id, null, [{ senderId: 1, evidence: evidenceOf() }]);
  expect(rows.next().value).toMatchObject({ address: 'b@a.example', evidence: null });
  expect(rows.next().done).toBe(true);
  state.finishSurvey(survey.id, noon);
  expect(reader.countSenders(survey.id)).toEqual({ senders: 2, pending: 1 });
  state.close();
  reader.close();
  expect(openStateAndCount()).toEqual({ senders: 2, pending: 1 });
});

test('writing to a state opened for reading fails', () => {
  openState(path, 'write').close();
  const reader = openState(path, 'read');
  expect(() => reader.finishSurvey(1, noon)).toThrow(StateError);
  reader.close();
});

test('a full disk is named as such', () => {
  makeDatabase('CREATE TABLE text (text)');
  const database = openFile(path, 'write');
  database.pragma('max_page_count = 2');
  const fill = database.prepare('INSERT INTO text VALUES (zeroblob(10000))');
  expect(() => explaining(path, () => fill.run())).toThrow(`${path} cannot grow: the disk is full`);
  database.close();
});

function openStateAndCount(): unknown {
  const state = openState(path, 'read');
  try {
    return state.countSenders(state.survey('latest')?.id ?? 0);
  } finally {
    state.close();
  }
}
