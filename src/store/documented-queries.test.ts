/**
 * The queries of docs/queries.md on a small state.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFile } from './database.js';
import { openState } from './state.js';
import { day, evidenceOf, noon, planOf, senderOf } from './survey.test-support.js';

const document = readFileSync(new URL('../../docs/queries.md', import.meta.url), 'utf8');
/** Each with the words above it, which end in a colon. */
const queries = [...document.matchAll(/^([^\n]*):\n\n```sql\n(.*?)^```$/gms)].map(
  ([, words = '', sql = '']): [string, string] => [words.split('\n').at(-1) ?? '', sql],
);

let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-queries-'));
  path = join(folder, 'state.db');
  const state = openState(path, 'write');
  const addresses = ['alice@a.example', 'bob@a.example', 'carol@b.example', 'dave@c.example', 'erin@d.example'];
  const senders = addresses.map((address, index) =>
    senderOf(address, { messages: index + 1, wanted: index > 1, firstSeen: noon - (index % 2) * day, lastSeen: noon }),
  );
  const midnight = noon - day / 2;
  const days = [midnight - day, midnight].map((begin, index) => ({
    day: begin,
    messages: 1 + index * 2,
    rejectedMessages: 0,
  }));
  senders[3] = { ...senders[3]!, days };
  for (const [round, startedAt] of [noon, noon + 8 * day].entries()) {
    const { id } = state.beginSurvey(planOf({ startedAt, command: `round ${round}` }), 0, senders);
    const server = { host: 'mx.example', address: '192.0.2.1', site: 'example' };
    const answers = [
      evidenceOf({ replyCode: round === 0 ? 550 : 250, replyText: 'so be it', enhancedCode: null }),
      evidenceOf(),
      evidenceOf({ replyCode: 554, enhancedCode: '5.7.1', replyText: 'You are on our list' }),
      evidenceOf({ replyCode: 451, enhancedCode: '4.7.1', replyText: 'Come back later' }),
    ];
    const session = { server, startedAt, durationMs: 500 + round, tls: false };
    const pending = [...state.pendingDomains(id)].flatMap(({ domainId }) => state.pendingSenders(id, domainId, 0, 10));
    const bySender = pending.toSorted((a, b) => (a.address < b.address ? -1 : 1));
    state.record(
      id,
      session,
      answers.map((evidence, index) => ({
        senderId: bySender[index]!.senderId,
        evidence: { ...evidence, checkedAt: startedAt + index * 40_000 },
      })),
    );
    state.finishSurvey(id, startedAt + 1_000_000);
  }
  state.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the document has its queries', () => {
  expect(queries.length).toBe(document.match(/^```sql$/gm)?.length);
});

test.for(queries)('%s', async ([words, sql]) => {
  const database = openFile(path, 'read');
  const rows = database.prepare(sql).all();
  database.close();
  expect(rows.length).toBeGreaterThan(0);
  const name = words.toLowerCase().replace(/[^a-z]+/g, '-');
  await expect(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`).toMatchFileSnapshot(
    `../../fixtures/store/queries/${name}.jsonl`,
  );
});
