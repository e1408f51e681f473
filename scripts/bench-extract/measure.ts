/**
 * Runs commands beside each other, in turns, and keeps the fastest run of each: the machine may be busy with other things.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../bundle/main.js', import.meta.url));
const reportMemory = fileURLToPath(new URL('../report-memory.js', import.meta.url));
/** Without what makes every Node read hundreds of certificates before it starts. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** A command of a comparison. The first one is compared with the others. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

/** The fastest run of a contender. */
export interface Result {
  readonly name: string;
  readonly seconds: number;
  /** Lines printed. */
  readonly lines: number;
  /** Peak memory in MB; null where it is not ours and not told. */
  readonly megabytes: number | null;
}

/** `sender-survey extract` of some inputs. */
export function ours(name: string, inputs: readonly string[]): Contender {
  return { name, command: [process.execPath, '--import', reportMemory, main, 'extract', ...inputs] };
}

/** A shell's pipeline; `$@` are the inputs. */
export function peer(pipeline: string, inputs: readonly string[]): Contender {
  return { name: pipeline.replace(/ "\$@"/, ''), command: ['sh', '-c', pipeline, 'sh', ...inputs] };
}

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v "$1"`, 'sh', program]).status === 0;
}

/** Runs the contenders in turns, so many times each. */
export function race(contenders: readonly Contender[], rounds: number): Result[] {
  const best = contenders.map(measure);
  for (let round = 1; round < rounds; round++) {
    for (const [at, contender] of contenders.entries()) {
      const again = measure(contender);
      if (again.seconds < best[at]!.seconds) best[at] = again;
    }
  }
  return best;
}

/** Prints what came of it, with the first one's time as a share of each other's. */
export function printRace(title: string, megabytes: number, results: readonly Result[]): void {
  console.log(title);
  const [first] = results;
  for (const result of results) {
    const speed = `${result.seconds.toFixed(2)} s, ${(megabytes / result.seconds).toFixed(0)} MB/s, ${result.lines} lines`;
    const memory = result.megabytes === null ? '' : `, ${result.megabytes.toFixed(0)} MB of memory`;
    const ratio = result === first ? '' : `; ours takes ${(first!.seconds / result.seconds).toFixed(2)} of that`;
    console.log(`  ${result.name.padEnd(44)} ${speed}${memory}${ratio}`);
  }
}

function measure({ name, command: [program = '', ...args] }: Contender): Result {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { maxBuffer: 4e9, env });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${name} failed: ${error?.message ?? stderr.toString()}`);
  const memory = /peak memory (\d+)/.exec(stderr.toString())?.[1];
  return { name, seconds, lines: countLines(stdout), megabytes: memory === undefined ? null : Number(memory) / 1000 };
}

function countLines(output: Buffer): number {
  let lines = 0;
  for (let at = output.indexOf(10); at >= 0; at = output.indexOf(10, at + 1)) lines += 1;
  return lines;
}
