/**
 * Reading speed: `sender-survey extract` beside what one would pipe together instead, on the same generated Postfix log, in
 * turns: as one file, in pieces, packed, and until the first sender is printed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, openSync, closeSync, readSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isInstalled, ours, peer, printRace, race, type Contender } from './bench-extract/measure.js';
import { generateMaillog } from './generate-maillog.js';

const usualMegabytes = 420;
const senders = 100_000;
const rounds = 5;
const pieces = 4;
/** pflogsumm reads a few megabytes a second. */
const smallMegabytes = 20;

const search = `rg -o -a 'from=<[^>]*>'`;
/** Debian packages by the programs that are compared. */
const packages = { rg: 'ripgrep', mawk: 'mawk', pigz: 'pigz', pflogsumm: 'pflogsumm' } as const;

/** Measures and prints; the generated logs are removed afterwards. `size` is that of the log in MB. */
export async function benchExtract(size = String(usualMegabytes)): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sender-survey-bench-'));
  const megabytes = Number(size);
  try {
    const log = join(folder, 'maillog');
    await generateMaillog(log, { megabytes, senders, seed: 1 });
    await compareAll(folder, log, megabytes);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compareAll(folder: string, log: string, megabytes: number): Promise<void> {
  for (const [program, name] of Object.entries(packages)) {
    if (!isInstalled(program)) console.log(`${program} is not installed (Debian: apt install ${name}); left out`);
  }
  const awk = `mawk 'match($0, /from=<[^>]*>/) { s = substr($0, RSTART, RLENGTH); if (!(s in n)) print s; n[s]++ }' "$@"`;
  compare(`one file of ${megabytes} MB, ${senders} senders`, megabytes, [
    ours('sender-survey extract', [log]),
    ...installed('rg', peer(`${search} "$@" | sort -u`, [log])),
    ...installed('mawk', peer(awk, [log])),
  ]);
  const parts = cutUp(log, folder);
  compare(`the same in ${pieces} files`, megabytes, [
    ours('sender-survey extract', parts),
    ...installed('rg', peer(`${search} -I "$@" | sort -u`, parts)),
  ]);
  const packed = `${log}.gz`;
  await pipeline(createReadStream(log), createGzip({ level: 6 }), createWriteStream(packed));
  compare('the same with gzip', megabytes, [
    ours('sender-survey extract', [packed]),
    ...installed('pigz', peer(`pigz -dc "$@" | ${search} | sort -u`, [packed])),
  ]);
  await compareSummary(folder);
  console.log(`the first sender is printed after ${(await secondsToFirst(log)).toFixed(2)} s`);
}

function compare(title: string, megabytes: number, contenders: readonly Contender[]): void {
  printRace(title, megabytes, race(contenders, rounds));
}

function installed(program: string, contender: Contender): Contender[] {
  return isInstalled(program) ? [contender] : [];
}

/** Beside pflogsumm, on less: it counts much else. */
async function compareSummary(folder: string): Promise<void> {
  const log = join(folder, 'small');
  await generateMaillog(log, { megabytes: smallMegabytes, senders: senders / 20, seed: 1 });
  const contenders = [ours('sender-survey extract', [log]), ...installed('pflogsumm', peer('pflogsumm "$@"', [log]))];
  printRace(`${smallMegabytes} MB`, smallMegabytes, race(contenders, 1));
}

/** Cuts the log into files of about the same size, in the middle of lines or not. */
function cutUp(log: string, folder: string): string[] {
  const file = openSync(log, 'r');
  try {
    const bytes = Number(spawnSync('stat', ['-c', '%s', log]).stdout.toString());
    const length = Math.ceil(bytes / pieces);
    return Array.from({ length: pieces }, (_, i) => {
      const piece = Buffer.alloc(length);
      const path = join(folder, `maillog.${i}`);
      writeFileSync(path, piece.subarray(0, readSync(file, piece, 0, length, i * length)));
      return path;
    });
  } finally {
    closeSync(file);
  }
}

async function secondsToFirst(log: string): Promise<number> {
  const [program = '', ...args] = ours('', [log]).command;
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const seconds = (performance.now() - started) / 1000;
  child.kill();
  return seconds;
}
