/** Traces of a few lines, and the figures in them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TraceEntry } from '../../src/probe/trace.js';
import { sessionsOf } from './read-run.js';

const folder = mkdtempSync(join(tmpdir(), 'sender-survey-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const server = { host: 'mx.a.example', address: '192.0.2.1', site: 'a.example' };

/** A conversation from lines such as `20 S 250 Ok`. */
function conversation(text: string): TraceEntry {
  const lines = text.split(/\n\s*/).map((line) => {
    const [t = '', dir = '', ...words] = line.split(' ');
    return { t: Number(t), dir: dir as 'C' | 'S' | '*', text: words.join(' ') };
  });
  return { server, startedAt: 1000, tls: null, lines };
}

const cases = [
  {
    name: 'recipients taken together',
    entry: conversation(`0 * connecting
      5 * connected
      10 S 220 hello
      10 C MAIL FROM:<>
      10 C RCPT TO:<a@a.example>
      20 S 250 Ok
      20 S 250 Ok
      20 C RCPT TO:<b@a.example>
      20 C RCPT TO:<c@a.example>
      40 S 250 Ok
      45 S 550-No
      45 S 550 such user
      45 C QUIT
      60 S 221 Bye
      61 * closed`),
    expected: { outcome: 'asked', recipients: 3, askingMs: 25, endedAt: 1061 },
  },
  {
    name: 'nobody there',
    entry: conversation(`0 * connecting
      9000 * connection-timeout: no connection within 9000 ms`),
    expected: { outcome: 'unreached', recipients: 0, askingMs: 0, endedAt: 10_000 },
  },
  {
    name: 'greeted with 421',
    entry: conversation(`0 * connecting
      5 * connected
      10 S 421 4.7.0 later
      12 * hang-up`),
    expected: { outcome: 'throttled', recipients: 0, askingMs: 0, endedAt: 1012 },
  },
  {
    name: 'silence after RCPT, and no QUIT',
    entry: conversation(`5 * connected
      10 S 220 hello
      10 C RCPT TO:<a@a.example>
      9000 * timeout`),
    expected: { outcome: 'asked', recipients: 1, askingMs: 0, endedAt: 10_000 },
  },
];

test.for(cases)('$name', async ({ name, entry, expected }) => {
  const file = join(folder, name);
  writeFileSync(file, `${JSON.stringify(entry)}\n`);
  const [session, ...others] = await sessionsOf(file);
  expect(others).toEqual([]);
  expect(session).toEqual({ site: 'a.example', address: '192.0.2.1', startedAt: 1000, ...expected });
});
