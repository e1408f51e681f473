/**
 * Memory and speed with very many senders: a list of distinct addresses in random order, beside `sort -u`.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ours, peer, printRace, race } from './bench-extract/measure.js';

const usualMillions = 5;
const linesAtOnce = 50_000;
const domains = 7919;

/** `millions`: how many senders. Five million must fit into 600 MB. */
export async function benchSenders(millions = String(usualMillions)): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sender-survey-bench-'));
  try {
    const list = join(folder, 'list');
    await writeList(list, Number(millions) * 1_000_000);
    const { size } = await stat(list);
    const contenders = [ours('sender-survey extract', [list]), peer('sort -u "$@"', [list])];
    const results = race(contenders, Number(millions) > usualMillions ? 1 : 3);
    printRace(`a list of ${millions} million senders`, size / 1_000_000, results);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every number below `count` once, in an order that looks random: a full-period congruential generator. */
function* numbers(count: number): Generator<number> {
  let period = 1;
  while (period < count) period *= 2;
  let state = 0;
  for (let i = 0; i < period; i++) {
    state = (Math.imul(state, 0x915f77f5) + 0x3c6ef35f) & (period - 1);
    if (state < count) yield state;
  }
}

async function writeList(path: string, count: number): Promise<void> {
  const output = createWriteStream(path, { highWaterMark: 4_194_304 });
  let lines: string[] = [];
  for (const number of numbers(count)) {
    lines.push(addressOf(number));
    if (lines.length < linesAtOnce) continue;
    if (!output.write(lines.join(''))) await once(output, 'drain');
    lines = [];
  }
  output.end(lines.join(''));
  await once(output, 'close');
}

function addressOf(number: number): string {
  const domain = `${['mail', 'news', 'bounce', 'smtp'][number % 4]}.company${number % domains}.example`;
  if (number % 3 === 0) return `bounces+${number}-user=our.example@${domain}\n`;
  return number % 3 === 1 ? `first.last${number}@${domain}\n` : `Newsletter-${number}@${domain}\n`;
}
