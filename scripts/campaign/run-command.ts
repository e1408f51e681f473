/**
 * Runs the command as a process of its own and tells how it ended, how long it took and how much memory it had.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built program; the same from `scripts/` and from `dist/scripts/`. */
const main = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../bundle/main.js' : '../../dist/bundle/main.js', import.meta.url),
);
/**
 * Loaded into the process: tells its peak memory in kB when it ends, and how many descriptors it has open that it had not when it
 * began (Linux).
 */
const reportEnd = `data:text/javascript,${encodeURIComponent(`
  import { existsSync, readdirSync, readlinkSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  const target = (name) => { try { return readlinkSync('/proc/self/fd/' + name); } catch { return '/dev/null'; } };
  const all = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : []);
  const count = () => all().filter((name) => target(name) !== '/dev/null').length;
  const before = count();
  if (isMainThread) process.on('exit', () => {
    const { maxRSS } = process.resourceUsage();
    process.stderr.write(\`\nended with \${maxRSS} kB, \${count() - before} descriptors\n\`);
  });
`)}`;
const ending = /\nended with (\d+) kB, (-?\d+) descriptors\n/;

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
  /** At its peak; null where it was killed. */
  readonly megabytes: number | null;
  /** Open at the end, more than at the beginning; null where it was killed. */
  readonly descriptors: number | null;
}

/** How to run it. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file descriptor to read standard input from; nothing unless told. */
  readonly stdin?: number;
  /** Put before the command, such as `prlimit --nofile=64`. */
  readonly under?: readonly string[];
  /** Modules to load before the command. */
  readonly imports?: readonly string[];
  /** Called with the process as soon as it has one. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs `sender-survey` with these arguments. */
export async function runCommand(args: readonly string[], options: RunOptions): Promise<Outcome> {
  const imports = [reportEnd, ...(options.imports ?? [])].flatMap((module) => ['--import', module]);
  const command = [...(options.under ?? []), process.execPath, ...imports, main, ...args];
  const startedAt = performance.now();
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  options.started?.(child);
  const [code] = (await once(child, 'close')) as [number | null];
  const [, memory, descriptors] = ending.exec(stderr) ?? [];
  return {
    code,
    stdout,
    stderr: stderr.replace(ending, ''),
    wallMs: performance.now() - startedAt,
    megabytes: memory === undefined ? null : Number(memory) / 1000,
    descriptors: descriptors === undefined ? null : Number(descriptors),
  };
}
