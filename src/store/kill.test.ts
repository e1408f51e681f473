import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openState } from './state.js';

/**
 * A survey of 400 senders as a process of its own: says `begun`, then the ids of each session's senders once they are
 * recorded. It goes on where the one before was killed.
 */
const child = `
import { writeSync } from 'node:fs';
import { openState } from './src/store/state.js';
import { evidenceOf, planOf, senderOf } from './src/store/survey.test-support.js';
const say = (words) => writeSync(1, words + '\\n');
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
const [, , path, slow] = process.argv;
function* senders() {
  for (let index = 0; index < 400; index += 1) {
    if (slow && index === 200) say('halfway');
    if (slow && index > 200) pause();
    yield senderOf(index + '@d' + (index % 7) + '.example');
  }
}
const state = openState(path, 'write');
const survey = state.beginSurvey(planOf({ startedAt: Date.now() }), 0, senders());
say('begun');
for (const { domainId } of state.pendingDomains(survey.id)) {
  for (let after = 0; ; ) {
    const page = state.pendingSenders(survey.id, domainId, after, 3);
    if (page.length === 0) break;
    const results = page.map(({ senderId }) => ({ senderId, evidence: evidenceOf({ checkedAt: Date.now() }) }));
    const server = { host: 'mx.example', address: '192.0.2.1', site: 'example' };
    state.record(survey.id, { server, startedAt: Date.now(), durationMs: 1, tls: false }, results);
    state.commit();
    after = page.at(-1).senderId;
    say(results.map(({ senderId }) => senderId).join(' '));
    pause();
  }
}
state.finishSurvey(survey.id, Date.now());
state.close();
`;

let build: string;
let path: string;

/** The child runs compiled code, and needs the project's node_modules above it. */
beforeAll(() => {
  mkdirSync('dist', { recursive: true });
  build = mkdtempSync(resolve('dist', 'kill-test-'));
  execFileSync(resolve('node_modules/.bin/tsc'), ['--noCheck', '--outDir', build], { stdio: 'ignore' });
  writeFileSync(join(build, 'child.js'), child);
  path = join(build, 'survey.db');
}, 60_000);

afterAll(() => rmSync(build, { recursive: true, force: true }));

function start(...extra: string[]): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [join(build, 'child.js'), path, ...extra], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Reads what the child says until it has said this many lines, then kills it; gives all that it said. */
async function killAfter(lines: number, ...extra: string[]): Promise<string[]> {
  const process = start(...extra);
  const ended = once(process, 'close');
  const said: string[] = [];
  for await (const line of createInterface({ input: process.stdout })) {
    said.push(line);
    if (said.length === lines) process.kill('SIGKILL');
  }
  await ended;
  return said;
}

test('killed while it begins, a survey leaves nothing and locks nobody out', async () => {
  expect(await killAfter(1, 'slow')).toEqual(['halfway']);
  const state = openState(path, 'write');
  expect(state.survey('latest')).toBeNull();
  state.close();
  expect(readdirSync(build).filter((name) => name.startsWith('survey.db'))).toEqual(['survey.db']);
});

test('killed again and again, a survey keeps all that was recorded and asks nobody twice', async () => {
  const recorded: number[] = [];
  const stillPending: number[] = [];
  for (const lines of [1, 2, 10, 25, 30, 1000]) {
    const [begun, ...sessions] = await killAfter(lines);
    expect(begun).toBe('begun');
    recorded.push(...sessions.flatMap((line) => line.split(' ').map(Number)));
    const state = openState(path, 'read');
    const { id = 0 } = state.survey('latest') ?? {};
    const { senders, pending } = state.countSenders(id);
    state.close();
    expect(senders).toBe(400);
    stillPending.push(pending);
    // One session may have been recorded without there being time to say so: it must not be asked again either.
    expect([0, 1, 2, 3]).toContain(400 - pending - new Set(recorded).size);
  }
  expect(stillPending.slice(0, 3)).not.toContain(0);
  expect(recorded).toHaveLength(new Set(recorded).size);
  const state = openState(path, 'read');
  expect(state.survey('latest')).toMatchObject({ complete: true });
  expect(state.unfinishedSurvey()).toBeNull();
  state.close();
});
