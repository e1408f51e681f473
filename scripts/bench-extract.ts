/**
 * Reading speed: `sender-survey extract` against ripgrep with sort, on the same generated Postfix log, in turns.
 */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateMaillog } from './generate-maillog.js';

const megabytes = 400;
const senders = 100_000;
const rounds = 5;
const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
/** Loaded into the measured process: tells its peak memory in kB when it ends. */
const reportMemory =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(`maxRSS ${process.resourceUsage().maxRSS}\\n`))';

/** One run of a command. */
interface Run {
  readonly seconds: number;
  readonly lines: number;
  readonly stderr: string;
}

/** Measures and prints; the generated log is removed afterwards. */
export async function benchExtract(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sender-survey-bench-'));
  try {
    const log = join(folder, 'maillog');
    await generateMaillog(log, { megabytes, senders, seed: 1 });
    compare(log);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function compare(log: string): void {
  const ours: Run[] = [];
  const theirs: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(measure('sh', ['-c', `rg -o -a 'from=<[^>]*>' "$1" | sort -u`, 'sh', log]));
    ours.push(measure(process.execPath, ['--import', reportMemory, main, 'extract', log]));
  }
  const [fast, peer] = [fastest(ours), fastest(theirs)];
  const memory = Number(/maxRSS (\d+)/.exec(fast.stderr)?.[1]) / 1000;
  console.log(`extract, ${megabytes} MB of Postfix log, ${senders} senders, best of ${rounds}`);
  console.log(`  sender-survey extract   ${describe(fast)}, ${memory.toFixed(0)} MB of memory`);
  console.log(`  rg -o | sort -u         ${describe(peer)}`);
  console.log(
    `  ratio                   ${(fast.seconds / peer.seconds).toFixed(2)} (below 1: sender-survey is faster)`,
  );
}

function measure(command: string, args: readonly string[]): Run {
  const started = performance.now();
  const result = spawnSync(command, args, { encoding: 'latin1', maxBuffer: 1_000_000_000 });
  const seconds = (performance.now() - started) / 1000;
  if (result.status !== 0) throw new Error(failure(command, result));
  return { seconds, lines: result.stdout.split('\n').length - 1, stderr: result.stderr };
}

function failure(command: string, result: SpawnSyncReturns<string>): string {
  return `${command} failed: ${result.error?.message ?? result.stderr}`;
}

function fastest(runs: readonly Run[]): Run {
  return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
}

function describe(run: Run): string {
  const speed = (megabytes / run.seconds).toFixed(0).padStart(4);
  return `${run.seconds.toFixed(2)} s, ${speed} MB/s, ${run.lines} lines`;
}
