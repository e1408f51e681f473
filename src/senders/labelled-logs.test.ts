/**
 * Logs with lists of their senders beside them: recorded ones in fixtures/logs, and public ones that may stand beside the
 * checkout. `.expected-senders` and `.expected-rejected-senders` must be met exactly, but for `.expected-optional-senders`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { InputError } from '../logs/input-error.js';
import { collectSenders } from './collect-senders.js';

const suffix = '.expected-senders';
const recorded = fileURLToPath(new URL('../../fixtures/logs', import.meta.url));
const shared = fileURLToPath(new URL('../../../shared/logs', import.meta.url));

function labelledLogs(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .toSorted();
}

function list(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

async function sendersOf(log: string, senders: 'accepted' | 'rejected'): Promise<string[]> {
  const selection = { senders, includeLocal: true, minMessages: 1 };
  const surroundings = { stdin: Readable.from([]), now: Date.now(), warn: () => undefined };
  try {
    const collected = await collectSenders([log], { format: 'auto', ...selection, ...surroundings });
    return [...collected.senders()].map((sender) => sender.address);
  } catch (error) {
    if (error instanceof InputError) return []; // a log of no mail server is refused in words
    throw error;
  }
}

/** Without the senders that may be in either list or in none. */
function required(log: string, senders: readonly string[]): string[] {
  const optional = new Set(list(`${log}.expected-optional-senders`));
  return senders.filter((sender) => !optional.has(sender)).toSorted();
}

const labels = [
  ['accepted', '.expected-senders'],
  ['rejected', '.expected-rejected-senders'],
] as const;

describe.for(labels)('recorded logs: %s', ([senders, labelled]) => {
  test.for(labelledLogs(recorded))('%s', async (name) => {
    const log = `${recorded}/${name}`;
    expect(required(log, await sendersOf(log, senders))).toEqual(required(log, list(log + labelled)));
  });
});

const publicLogs = labelledLogs(shared);

describe.for(labels)('public logs: %s', ([senders, labelled]) => {
  test.for(publicLogs.length > 0 ? publicLogs : [''])('%s', async (name, { skip }) => {
    skip(name === '', 'there is no ../shared/logs beside this checkout');
    const log = `${shared}/${name}`;
    expect(required(log, await sendersOf(log, senders))).toEqual(required(log, list(log + labelled)));
  });
});
