import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { QueueTally } from './queue-tally.js';
import { readQueue } from './read-queue.js';

const now = Date.parse('2026-11-24T17:04:04Z');
const listing = readFileSync(new URL('../../fixtures/logs/real-mailq-postfix.json', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-queue-'));
  return () => rmSync(folder, { recursive: true });
});

async function read(...chunks: readonly (Buffer | string)[]): Promise<QueueTally['totals']> {
  const tally = new QueueTally(() => 'unknown');
  const stdin = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  expect(await readQueue(['-'], tally, { stdin, now, warn: (text) => expect(text).toBe('none') })).toBe(now);
  return tally.totals;
}

test('a pipe, compressed or not, however it comes', async () => {
  expect(await read(listing)).toMatchObject({ messages: 5, bounces: 4 });
  expect(await read(gzipSync(listing))).toMatchObject({ messages: 5, bounces: 4 });
  expect(await read(listing.subarray(0, 10), listing.subarray(10, 11), listing.subarray(11))).toMatchObject({
    messages: 5,
  });
});

test('nothing is an empty queue: postqueue -j and exim -bp say no more', async () => {
  expect(await read()).toMatchObject({ messages: 0 });
  expect(await read('\n')).toMatchObject({ messages: 0 });
  expect(await read('Mail queue is empty\n')).toMatchObject({ messages: 0 });
});

test('a message with very many recipients is one line, and is read', async () => {
  const recipients = Array.from({ length: 10_000 }, (_, i) => ({
    address: `anna${i}@b.example`,
    delay_reason: 'x'.repeat(90),
  }));
  const entry = { queue_name: 'deferred', queue_id: '4jYC2r6', arrival_time: 1, sender: 'a@b.example', recipients };
  const line = JSON.stringify(entry).replaceAll('":', '": ');
  expect(line.length).toBeGreaterThan(1_000_000);
  expect(await read(`${line}\n`)).toMatchObject({ messages: 1, recipients: 10_000 });
});

test('what is no listing is refused', async () => {
  await expect(read('alice@one.example\n')).rejects.toThrow('standard input is no listing of a mail queue');
});

test('the listings of several hosts add up; the newest tells when', async () => {
  const [one, other] = ['one', 'other'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(one, listing);
  writeFileSync(other, listing.toString().replaceAll('4jYC', '4jYD'));
  const tally = new QueueTally(() => 'unknown');
  const newest = await readQueue([one, other], tally, { stdin: process.stdin, now, warn: () => undefined });
  expect(tally.totals).toMatchObject({ messages: 10, bounces: 8 });
  expect(Math.abs(newest - Date.now())).toBeLessThan(60_000);
});
