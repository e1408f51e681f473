/**
 * The campaign of inputs: lines of 300 MB in logs of every format, binary noise, and what unfolds to a gigabyte; the senders before
 * and after it are found, in bounded memory.
 */
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../fake-internet/random.js';
import { runCommand, type Outcome } from './run-command.js';
import { checkOutput } from './sound-output.js';
import { unless, type Tried } from './tried.js';

/** Logs of each format, as it is found on disks. */
const logs = [
  'exchange-2019.csv',
  'journal-postfix.export',
  'journal-postfix.json',
  'journal-postfix.json-pretty',
  'qmail-multilog.log',
  'real-courier-rfc3164.log',
  'real-exim-main.log',
  'real-haraka-json.log',
  'real-haraka.log',
  'real-mailq-postfix.json',
  'real-mailq-postfix.txt',
  'real-opensmtpd-rfc3164.log',
  'real-postfix-rfc3164.log',
  'real-sendmail-rfc3164.log',
];
const piece = Buffer.alloc(1_000_000, 'x');
/** Megabytes that no input may need more of; a process that reads a small log has about 110. */
const mostMegabytes = 400;

/** Puts a line of so many megabytes between two copies of a log, for each format, and reads it as a file and through a pipe. */
export async function readLongLines(megabytes: number): Promise<Tried> {
  return await inFolder(async (folder) => {
    const faults: string[] = [];
    let most = 0;
    for (const name of logs) {
      const log = readFileSync(join('fixtures/logs', name));
      const path = join(folder, 'long');
      await write(path, [log, ...Array<Buffer>(megabytes).fill(piece), Buffer.from('\n'), log]);
      const wanted = await extract(folder, [join(process.cwd(), 'fixtures/logs', name)]);
      const outcomes = [
        await extract(folder, ['long']),
        await extract(folder, ['-'], ['sh', '-c', 'cat long | "$0" "$@"']),
      ];
      for (const outcome of outcomes) {
        most = Math.max(most, outcome.megabytes ?? 0);
        faults.push(...unless(name, outcome, 0), ...tooMuch(name, outcome));
        if (outcome.stdout !== wanted.stdout) faults.push(`${name}: other senders with a long line`);
      }
    }
    const did = `a line of ${megabytes} MB in ${logs.length} logs, as files and through pipes: ${Math.round(most)} MB at most`;
    return { did, counts: { inputs: 2 * logs.length }, faults };
  });
}

/** Bytes that are nothing. */
export async function readNoise(times: number, seed: string): Promise<Tried> {
  return await inFolder(async (folder) => {
    const random = seededRandom(seed);
    const faults: string[] = [];
    for (let time = 0; time < times; time += 1) {
      const noise = Buffer.from(Uint8Array.from({ length: 1 + Math.floor(random() * 300_000) }, () => random() * 256));
      // Every other one begins like something that unfolds.
      const heads = ['\u001F\u008B\b\0', 'BZh91AY&SY', '\u00FD7zXZ\0', '(\u00B5/\u00FD', '{"', '__CURSOR='];
      const head = time % 2 === 0 ? '' : (heads[(time >> 1) % heads.length] ?? '');
      writeFileSync(join(folder, 'noise'), Buffer.concat([Buffer.from(head, 'latin1'), noise]));
      const outcome = await extract(folder, ['noise']);
      faults.push(...unless('noise', outcome, outcome.code === 0 ? 0 : 1), ...tooMuch('noise', outcome));
      faults.push(...checkOutput('noise', outcome.stdout + outcome.stderr, 'lines'));
    }
    return { did: `${times} files of binary noise: refused in words, or read`, counts: { inputs: times }, faults };
  });
}

/** A log, then zeros of about a gigabyte, and the log again, in each compression. */
export async function unfoldBombs(hundredMegabytes: number): Promise<Tried> {
  return await inFolder(async (folder) => {
    const compressed = (name: string): Buffer => readFileSync(join('fixtures/compressed', name));
    const zeros: Readonly<Record<string, Buffer>> = {
      gz: gzipSync(Buffer.alloc(100_000_000)),
      bz2: compressed('zeros-100MB.bz2'),
      xz: compressed('zeros-100MB.xz'),
      zst: compressed('zeros-100MB.zst'),
    };
    const wanted = await extract(folder, [join(process.cwd(), 'fixtures/compressed/mail.log')]);
    const faults: string[] = [];
    const seen: string[] = [];
    for (const [kind, bomb] of Object.entries(zeros)) {
      const log = compressed(`mail.log.${kind}`);
      writeFileSync(join(folder, 'bomb'), Buffer.concat([log, ...Array<Buffer>(hundredMegabytes).fill(bomb), log]));
      const outcome = await extract(folder, ['bomb']);
      faults.push(...unless(kind, outcome, 0), ...tooMuch(kind, outcome));
      if (outcome.stdout !== wanted.stdout) faults.push(`${kind}: other senders with a bomb`);
      seen.push(`${kind} ${Math.round(outcome.megabytes ?? 0)} MB`);
    }
    const did = `${hundredMegabytes / 10} GB of zeros in a log, compressed: ${seen.join(', ')}`;
    return { did, counts: { inputs: seen.length }, faults };
  });
}

async function inFolder(work: (folder: string) => Promise<Tried>): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), 'sender-survey-campaign-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function write(path: string, pieces: Iterable<Buffer>): Promise<void> {
  const output = createWriteStream(path);
  for (const one of pieces) if (!output.write(one)) await once(output, 'drain');
  output.end();
  await finished(output);
}

function extract(cwd: string, inputs: readonly string[], under: readonly string[] = []): Promise<Outcome> {
  return runCommand(['extract', '--senders', 'all', '--include-local', ...inputs], { cwd, under });
}

function tooMuch(name: string, { megabytes }: Outcome): string[] {
  return (megabytes ?? 0) <= mostMegabytes ? [] : [`${name}: ${megabytes} MB`];
}
