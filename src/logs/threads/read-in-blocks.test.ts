/**
 * However a file is cut into blocks, and in whatever order they are scanned: what is told is the same as if one thread had
 * read it from beginning to end.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { sliceOf } from '../find-bytes.js';
import { exim } from '../formats/exim.js';
import { postfix } from '../formats/postfix.js';
import { sendmail } from '../formats/sendmail.js';
import { LiveMessages } from '../live-messages.js';
import { LogClock } from '../log-clock.js';
import type { MailEvents } from '../mail-events.js';
import { createScanMemory } from '../log-scanner.js';
import { MailLogReader } from '../mail-log.js';
import { longestLine } from '../split-lines.js';
import { BlockBoard, planFile, planStream, type BlockPlan, type Cutting } from './block-board.js';
import type { Helpers } from './helpers.js';
import { BlockFeeder, readInBlocks } from './read-in-blocks.js';
import { createFeeder } from './read-large-log.js';

const folder = mkdtempSync(join(tmpdir(), 'read-in-blocks-'));
const fd = openSync(join(folder, 'log'), 'w+');
afterAll(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

/** Every event with all that is told of it. */
class Heard implements MailEvents {
  readonly events: string[] = [];
  refusals = 0;

  accepted(bytes: DataView, start: number, end: number, seconds: number): void {
    this.#hear('accepted', bytes, start, end, seconds);
  }
  submitted(bytes: DataView, start: number, end: number, seconds: number): void {
    this.#hear('submitted', bytes, start, end, seconds);
  }
  rejected(bytes: DataView, start: number, end: number, seconds: number, times: number): void {
    this.refusals += 1;
    this.#hear('rejected', bytes, start, end, seconds, times);
  }
  corresponded(bytes: DataView, start: number, end: number): void {
    this.#hear('corresponded', bytes, start, end);
  }
  counted(): void {
    this.events.push('counted');
  }
  malformed(): void {
    this.events.push('malformed');
  }
  refusedAgain(times: number, seconds: number): void {
    this.events.push(`refused again ${times} ${seconds}`);
  }
  originUnknown(): void {
    this.events.push('origin unknown');
  }
  #hear(what: string, bytes: DataView, start: number, end: number, ...more: number[]): void {
    this.events.push([what, sliceOf(bytes, start, end).toString('latin1'), ...more].join(' '));
  }
}

interface Reading {
  readonly lines: number;
  readonly events: readonly string[];
}

function readerFor(events: MailEvents): MailLogReader {
  const clock = new LogClock({ start: null, end: Date.UTC(2026, 11, 1) });
  return new MailLogReader([postfix, sendmail, exim], { events, live: new LiveMessages() }, clock);
}

const memory = createScanMemory();

function readAtOnce(log: Buffer): Reading {
  const heard = new Heard();
  const splitter = createFeeder(readerFor(heard), memory, null);
  splitter.push(log);
  splitter.end();
  return { lines: splitter.lines, events: heard.events };
}

/** Scans blocks in this thread whenever it may, so many at a time. */
function helpersAtATime(atATime: number): Helpers {
  return {
    memory,
    areWorth: () => true,
    help: async (plan) => {
      const board = new BlockBoard(plan);
      while (!isOver(plan)) {
        await setImmediate();
        for (let i = 0; i < atATime; i++) board.scanNext();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Whether all blocks that there will be have been taken. */
function isOver({ control }: BlockPlan): boolean {
  const [, taken = 0, , total = 0] = new Int32Array(control);
  return taken >= total;
}

interface SharedCutting extends Cutting {
  readonly helpers: Helpers;
}

async function readBlocks(log: Buffer, { helpers, ...cutting }: SharedCutting): Promise<Reading> {
  ftruncateSync(fd);
  writeSync(fd, log, 0, log.length, 0);
  const heard = new Heard();
  const reader = readerFor(heard);
  const lines = await readInBlocks(planFile(fd, log.length, memory, reader.withPostfix, cutting), helpers, (found) => {
    reader.read(found);
    return true;
  });
  return { lines, events: heard.events };
}

/** The same, fed to helpers in chunks. */
async function feedBlocks(log: Buffer, { helpers, ...cutting }: SharedCutting, chunkLength: number): Promise<Reading> {
  const heard = new Heard();
  const reader = readerFor(heard);
  const feeder = new BlockFeeder(planStream(memory, reader.withPostfix, cutting), helpers, (found) =>
    reader.read(found),
  );
  for (let at = 0; at < log.length; at += chunkLength) {
    feeder.push(log.subarray(at, at + chunkLength));
    if (at % 3 === 0) await setImmediate();
  }
  feeder.end();
  await feeder.close();
  return { lines: feeder.lines, events: heard.events };
}

/** What is read of the log cut up, from its file and fed. */
async function readBothWays(log: Buffer, cut: SharedCutting, chunkLength: number): Promise<[Reading, Reading]> {
  return [await readBlocks(log, cut), await feedBlocks(log, cut, chunkLength)];
}

function inBlocksOf(blockLength: number): SharedCutting {
  return { blockLength, slots: 4, helpers: helpersAtATime(2) };
}

const stamps = ['Nov 23 09:31:07 mx1 ', 'Nov 24 10:00:00 mx2 ', '2026-11-23T09:31:07+01:00 mx1 ', 'mail-1 | '];
const texts = [
  'postfix/smtpd[1]: connect from x[192.0.2.1]', 'postfix/smtpd[1]: AAAAAA1: client=x[192.0.2.1]', 'postfix/smtpd[1]: AAAAAA1: client=x[192.0.2.1], sasl_username=a',
  'postfix/smtpd[1]: BBBBBB2: client=localhost[127.0.0.1], orig_queue_id=AAAAAA1', 'postfix/pickup[1]: BBBBBB2: uid=0 from=<root>',
  'postfix/cleanup[1]: AAAAAA1: message-id=<m>', 'postfix/cleanup[1]: BBBBBB2: message-id=<m>',
  'postfix/qmgr[1]: AAAAAA1: from=<a@x.example>, size=1, nrcpt=1 (queue active)', 'postfix/qmgr[1]: BBBBBB2: from=<a@x.example>, size=1, nrcpt=1 (queue active)',
  'postfix/qmgr[1]: BBBBBB2: from=<>, size=1, nrcpt=1 (queue active)', 'postfix/qmgr[1]: AAAAAA1: from=<cut', 'postfix/qmgr[1]: AAAAAA1: removed',
  'postfix/smtp[1]: AAAAAA1: to=<c@y.example>, relay=y[192.0.2.2]:25, delay=1, status=sent (ok)', 'postfix/smtp[1]: BBBBBB2: to=<c@y.example>, relay=y[192.0.2.2]:25, status=sent (ok)',
  'postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 no; from=<r@x.example> to=<c@y.example> proto=ESMTP', 'postfix/smtpd[1]: message repeated 2 times: [ NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 no; from=<r@x.example> to=<c@y>]',
  'last message repeated 3 times', 'syslogd: last message repeated 2 times', 'sm-mta[1]: 6ANGVIj7012823: from=<s@x.example>, size=1, class=0, nrcpts=1, relay=x [192.0.2.1]',
  'exim[1]: 1xVQGe-00008s-0I <= e@x.example H=x [192.0.2.1] P=esmtp S=1', 'dovecot: imap-login: Login: user=<a>', '', 'x',
]; // prettier-ignore
const line = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(fc.constantFrom(...stamps), fc.constantFrom(...texts)).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.constantFrom('', 'last message repeated 4 times', 'last message repeated 1 time', 'x'.repeat(300)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
); // prettier-ignore
const logBytes = fc
  .tuple(fc.array(line, { maxLength: 40 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, lineEnd, ended]) => Buffer.from(lines.join(lineEnd) + (ended ? lineEnd : '')));

const cutting: fc.Arbitrary<SharedCutting> = fc.record({
  blockLength: fc.integer({ min: 1, max: 400 }),
  slots: fc.integer({ min: 1, max: 5 }),
  helpers: fc.nat(4).map(helpersAtATime),
});

test('any log, in blocks of any length', async () => {
  await fc.assert(
    fc.asyncProperty(logBytes, cutting, fc.integer({ min: 20, max: 1000 }), async (log, cut, chunkLength) => {
      const whole = readAtOnce(log);
      expect(await readBothWays(log, cut, chunkLength)).toEqual([whole, whole]);
    }),
    { numRuns: 500 },
  );
});

test.for(['postfix-traps.log', 'sendmail-traps.log', 'real-postfix-filter.log', 'real-postfix-rfc5424.log'])(
  'blocks of many lengths: %s',
  async (name) => {
    const log = readFileSync(new URL(`../../../fixtures/logs/${name}`, import.meta.url));
    const whole = readAtOnce(log);
    expect(whole.events.length).toBeGreaterThan(10);
    for (const length of [100, 1000, 4096, 10_000, log.length, log.length + 1]) {
      expect(await readBothWays(log, inBlocksOf(length), 1000)).toEqual([whole, whole]);
    }
  },
);

test.for([longestLine - 1, longestLine, longestLine + 1, 3 * longestLine])('a line of %i bytes', async (length) => {
  const refused = `${stamps[0]}${texts[14]}`;
  const before = `${refused}\n`.repeat(2).padStart(2 * refused.length + 3, '\n');
  const log = Buffer.from(`${before}${refused}${' '.repeat(length - refused.length)}\n${refused}`);
  const itsStartEndsBlock = (before.length + 1) / 2;
  const whole = readAtOnce(log);
  for (const blockLength of [50, 1000, itsStartEndsBlock, longestLine, log.length]) {
    expect(await readBothWays(log, inBlocksOf(blockLength), 7000)).toEqual([whole, whole]);
  }
});

test('a repetition is one of the line before, even if that says nothing or is in the block before', async () => {
  const again = `${stamps[0]}last message repeated 3 times`;
  const lines = [texts[14], texts[0], again, texts[14], again, again, texts[14], texts[0], texts[0], again];
  const log = Buffer.from(lines.map((text) => `${text === again ? '' : stamps[0]}${text}\n`).join(''));
  const whole = readAtOnce(log);
  expect(whole.events.filter((event) => event.startsWith('refused again'))).toHaveLength(2);
  for (let length = 1; length <= log.length; length++) {
    expect(await readBothWays(log, inBlocksOf(length), 10)).toEqual([whole, whole]);
  }
});

test('it stops when it is told to', async () => {
  ftruncateSync(fd);
  writeSync(fd, Buffer.alloc(1000, `${stamps[0]}${texts[14]}\n`));
  const plan = planFile(fd, 1000, memory, true, { blockLength: 100, slots: 2 });
  let blocks = 0;
  await readInBlocks(plan, helpersAtATime(1), () => ++blocks < 3);
  expect(blocks).toBe(3);
});

test('a block that a thread has taken and does not bring is scanned by the reader', () => {
  ftruncateSync(fd);
  writeSync(fd, `${stamps[0]}${texts[14]}\n`, 0);
  const plan = planFile(fd, 200, memory, true, { blockLength: 200, slots: 2 });
  Atomics.add(new Int32Array(plan.control), 1, 1);
  expect(new BlockBoard(plan, 1).next().lines).toBe(1);
});

test('what cannot be read is an error', async () => {
  await expect(
    readInBlocks(planFile(-1, 1000, memory, true, { blockLength: 100, slots: 2 }), helpersAtATime(1), () => true),
  ).rejects.toThrow(/fd/);
});
