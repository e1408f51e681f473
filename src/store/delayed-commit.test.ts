import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DelayedCommit } from './delayed-commit.js';

let database: BetterSqlite3.Database;
let commits: number;
let commit: DelayedCommit;

beforeEach(() => {
  vi.useFakeTimers();
  database = new BetterSqlite3(':memory:');
  database.exec('CREATE TABLE parent (id INTEGER PRIMARY KEY)');
  database.exec('CREATE TABLE child (id REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)');
  commits = 0;
  commit = new DelayedCommit(database, (work) => {
    commits += 1;
    return work();
  });
});

afterEach(() => {
  vi.useRealTimers();
  database.close();
});

const insert = (table: string, id: number): void => void database.prepare(`INSERT INTO ${table} VALUES (?)`).run(id);

test('the writes of one turn of the event loop are committed together at its end', () => {
  commit.soon(() => insert('parent', 1));
  commit.soon(() => insert('parent', 2));
  expect([database.inTransaction, commits]).toEqual([true, 0]);
  vi.runAllTimers();
  expect([database.inTransaction, commits]).toEqual([false, 1]);
});

test('or when told, and then not again', () => {
  commit.soon(() => insert('parent', 1));
  commit.now();
  expect(database.inTransaction).toBe(false);
  vi.runAllTimers();
  expect(commits).toBe(0);
});

test('a commit that fails while nobody waits is told to whoever comes next, and the next one may succeed', () => {
  commit.soon(() => insert('child', 7));
  vi.runAllTimers();
  expect(() => commit.soon(() => insert('parent', 1))).toThrow('FOREIGN KEY');
  commit.soon(() => insert('parent', 1));
  commit.now();
  expect(database.prepare('SELECT id FROM parent').pluck().all()).toEqual([1]);
});
