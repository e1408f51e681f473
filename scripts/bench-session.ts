/**
 * What a session costs: the whole survey, with DNS and state, against Postfix's `smtp-sink`. First with one address a
 * domain, beside Postfix's own client `smtp-source`; then with domains that share a server, by our CPU time alone.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const address = '127.9.9.9';
/** Where the sink listens. */
export const port = 2525;
const concurrency = 50;
const rounds = 3;
/** The built program. */
export const main = fileURLToPath(new URL('../bundle/main.js', import.meta.url));
const responder = fileURLToPath(import.meta.resolve('./bench-session/dns-responder.js'));
const sinkProgram = 'smtp-sink';
/** Loaded into the measured process: tells the CPU time it took, in microseconds, when it ends. */
const reportCpu =
  'data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write(`CPU ${user+system}\\n`)})';

const reportMemory = import.meta.resolve('./report-memory.js');

/** One run of a command; NaN where it does not tell. */
export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

/** Addresses, how many of them a domain has, and whether the domains share a server. */
interface Load {
  readonly addresses: number;
  readonly perDomain: number;
  readonly parent: 'own.example' | 'shared.example';
}

/** A session for each address. */
export const alone: Load = { addresses: 20_000, perDomain: 1, parent: 'own.example' };
/** Domains that share a server. */
export const shared: Load = { addresses: 200_000, perDomain: 5, parent: 'shared.example' };

/** Measures and prints; everything it starts and writes is gone afterwards. */
export async function benchSession(): Promise<void> {
  await withServers(async (folder, resolver) => {
    await compareAlone(folder, resolver);
    await measureShared(folder, resolver);
  });
}

/** Runs something beside an `smtp-sink` and a name server, with a folder to write to. */
export async function withServers(work: (folder: string, resolver: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sender-survey-bench-'));
  const sink = await startSink();
  const dns = spawn(process.execPath, [responder, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await work(folder, `127.0.0.1:${await firstLine(dns)}`);
  } finally {
    for (const child of [sink, dns]) await stop(child);
    await rm(folder, { recursive: true });
  }
}

async function compareAlone(folder: string, resolver: string): Promise<void> {
  const list = await writeAddresses(folder, alone);
  const [ours, theirs]: [Run[], Run[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    theirs.push(runSource(alone.addresses));
    ours.push(survey(list, resolver));
  }
  const ratio = fastest(ours).seconds / fastest(theirs).seconds;
  console.log(`session, ${alone.addresses} domains with one address each, ${concurrency} at once, best of ${rounds}`);
  console.log(`  sender-survey, DNS and state too   ${describe(fastest(ours), alone.addresses)}`);
  console.log(`  smtp-source                        ${describe(fastest(theirs), alone.addresses)}`);
  console.log(`  ratio of the wall times            ${ratio.toFixed(2)} (at most 3)`);
}

async function measureShared(folder: string, resolver: string): Promise<void> {
  const list = await writeAddresses(folder, shared);
  console.log(`session, ${shared.addresses} addresses of ${shared.addresses / shared.perDomain} domains on one server`);
  for (const recipients of [10, 100]) {
    const run = fastest([1, 2].map(() => survey(list, resolver, recipients)));
    const perCore = Math.round(shared.addresses / run.cpuSeconds);
    console.log(`  ${recipients} addresses a session`.padEnd(37) + describe(run, shared.addresses));
    console.log(`    addresses a second of CPU        ${perCore} (at least 20000)`);
  }
}

/** Writes the list of a load; gives its path. */
export async function writeAddresses(folder: string, { addresses, perDomain, parent }: Load): Promise<string> {
  const list = join(folder, parent);
  const lines = Array.from({ length: addresses }, (_, i) => `user${i}@d${Math.floor(i / perDomain)}.${parent}\n`);
  await writeFile(list, lines.join(''));
  return list;
}

/** Surveys a list; with more options, such as `--workers`. */
export function survey(list: string, resolver: string, recipients = 10, more: readonly string[] = []): Run {
  const options = `--resolver ${resolver} --port ${port} --allow-net 127.0.0.0/8 --helo survey.example`;
  const limits = `-c ${concurrency} --site-sessions ${concurrency} --site-rate 0 --max-age 0 --progress never`;
  const state = `--session-recipients ${recipients} --state ${list}.db`;
  const program = [
    '--import',
    reportCpu,
    '--import',
    reportMemory,
    main,
    'survey',
    list,
    ...`${options} ${limits} ${state}`.split(' '),
    ...more,
  ];
  return measure(process.execPath, program);
}

function runSource(sessions: number): Run {
  const envelope = ['-f', 'probe@survey.example', '-t', 'user@own.example'];
  return measure('smtp-source', ['-s', `${concurrency}`, '-m', `${sessions}`, ...envelope, `${address}:${port}`]);
}

function measure(command: string, args: readonly string[]): Run {
  const started = performance.now();
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env: withSbin() });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  const told = (what: RegExp): number => Number(what.exec(stderr)?.[1]);
  return { seconds, cpuSeconds: told(/CPU (\d+)/) / 1e6, peakMb: told(/peak memory (\d+)/) / 1024 };
}

/** Postfix's tools are commonly where only root looks. */
function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
}

async function startSink(): Promise<ChildProcess> {
  const asRoot = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const args = [...asRoot, '-4', '-m', '1000', `${address}:${port}`, '1000'];
  const sink = spawn(sinkProgram, args, { stdio: 'inherit', env: withSbin() });
  sink.once('error', (error) => console.error(`smtp-sink, which comes with Postfix, does not start: ${error.message}`));
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await accepts()) return sink;
    await wait(50);
  }
  throw new Error(`nobody answers at ${address}:${port}`);
}

async function accepts(): Promise<boolean> {
  const socket = connect(port, address);
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('its standard output is not a pipe');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line;
}

/** Ends a process, and waits for that. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

function fastest(runs: readonly Run[]): Run {
  return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
}

function describe({ seconds, cpuSeconds }: Run, addresses: number): string {
  const cpu = Number.isNaN(cpuSeconds) ? '' : `, ${cpuSeconds.toFixed(2)} s of CPU`;
  return `${seconds.toFixed(2)} s${cpu}, ${((seconds / addresses) * 1e6).toFixed(0)} µs an address`;
}
