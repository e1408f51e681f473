/**
 * How long a survey takes beside the least that it could: the survey of 2005 on the fake internet, whose servers are as
 * slow as real ones, with 50 sessions and the usual courtesy. Beside it a naive pool: as many sessions, one address in
 * each, no limits for a site. What the servers saw of both is the courtesy report.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Listening, Seen } from './bench-survey/internet-process.js';
import { lowerBounds, type Limits } from './bench-survey/lower-bound.js';
import { decidedIn, sessionsOf, type Decided, type TracedSession } from './bench-survey/read-run.js';
import { survey2005 } from './fake-internet/survey-2005.js';

const main = fileURLToPath(new URL('../bundle/main.js', import.meta.url));
const internetProcess = fileURLToPath(new URL('bench-survey/internet-process.js', import.meta.url));
/** What the command keeps to by itself. */
const usual = { concurrency: 50, siteSessions: 2, siteRate: 20, sitePauseMs: 60_000 } as const;
const naive = ['--session-recipients', '1', '--site-sessions', '50', '--site-rate', '0'];
const usualScale = 0.3;

/** One survey, and what it left. */
interface Run {
  readonly startedAt: number;
  readonly wallMs: number;
  readonly decided: Decided;
  readonly sessions: readonly TracedSession[];
  readonly seen: Seen;
}

/** Measures and prints; `scale` is the share of the survey's 26,093 senders. Everything it starts and writes is gone afterwards. */
export async function benchSurvey(scale = String(usualScale)): Promise<void> {
  const { senders } = survey2005({ scale: Number(scale) });
  const folder = await mkdtemp(join(tmpdir(), 'sender-survey-bench-'));
  try {
    const list = join(folder, 'senders');
    await writeFile(list, senders.map(({ address }) => `${address}\n`).join(''));
    console.log(`survey of 2005 at scale ${scale}: ${senders.length} senders, servers as slow as real ones`);
    // Shortened as the rest is: a small survey is then bounded by the same things as the whole.
    const limits: Limits = { ...usual, sitePauseMs: Math.ceil(usual.sitePauseMs * Number(scale)) };
    const pauses = ['--site-pause', `${limits.sitePauseMs}ms`];
    const ours = await run(join(folder, 'ours'), scale, list, pauses);
    printTimes(`${usual.concurrency} sessions, usual limits`, ours);
    printBound(ours, limits);
    printSessionTimes(ours.sessions);
    const theirs = await run(join(folder, 'naive'), scale, list, [...pauses, ...naive]);
    printTimes(`naive pool of ${usual.concurrency}`, theirs);
    printCourtesy(ours.seen, theirs.seen);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(files: string, scale: string, list: string, limits: readonly string[]): Promise<Run> {
  const internet = fork(internetProcess, [scale]);
  try {
    const { resolver, smtpPort } = await message<Listening>(internet);
    const network = ['--resolver', resolver, '--port', String(smtpPort), '--allow-net', '127.0.0.0/8'];
    const outputs = ['--state', `${files}.db`, '--trace', `${files}.trace`];
    const startedAt = Date.now();
    await survey([list, ...network, '--helo', 'survey.example', ...limits, ...outputs]);
    const wallMs = Date.now() - startedAt;
    internet.send('what was seen?');
    const seen = await message<Seen>(internet);
    return { startedAt, wallMs, seen, decided: decidedIn(`${files}.db`), sessions: await sessionsOf(`${files}.trace`) };
  } finally {
    internet.kill();
  }
}

async function message<T>(child: ChildProcess): Promise<T> {
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('the fake internet ended by itself')));
  const [told] = (await Promise.race([once(child, 'message'), gone])) as [T];
  return told;
}

/** Runs the command; its report is not what is looked at here. */
async function survey(args: readonly string[]): Promise<void> {
  const options = ['-c', String(usual.concurrency), '--progress', 'never'];
  const child = spawn(process.execPath, [main, 'survey', ...args, ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the survey ended with exit code ${code}`);
}

function printTimes(title: string, { startedAt, wallMs, decided }: Run): void {
  if (decided.at.length < decided.senders)
    throw new Error(`${decided.senders - decided.at.length} senders are undecided`);
  const atShare = (share: number): string =>
    seconds((decided.at[Math.ceil(decided.senders * share) - 1] ?? 0) - startedAt);
  console.log(`  ${title}`);
  console.log(
    `    97 % of the senders after ${atShare(0.97)}, 100 % after ${atShare(1)}, the command done after ${seconds(wallMs)}`,
  );
}

function printBound({ wallMs, decided, sessions }: Run, limits: Limits): void {
  const bounds = lowerBounds(sessions, decided.longestMs, limits);
  const ratio = wallMs / (bounds[0]?.milliseconds ?? 0);
  console.log(`    wall time by the least possible: ${ratio.toFixed(2)} (at most 1.1 at scale 1); what bounds it:`);
  const shown = bounds.filter(({ cause }, rank) => rank < 5 || cause.includes('pool'));
  for (const { cause, milliseconds } of shown) console.log(`      ${seconds(milliseconds).padStart(8)}  ${cause}`);
}

/** What `--dry-run` assumes: what a further recipient costs, and a try at a session without that, dead servers included. */
function printSessionTimes(sessions: readonly TracedSession[]): void {
  const sum = (of: (session: TracedSession) => number): number =>
    sessions.reduce((before, session) => before + of(session), 0);
  const recipientMs = sum(({ askingMs }) => askingMs) / sum(({ recipients }) => Math.max(0, recipients - 1));
  const allMs = sum(({ startedAt, endedAt }) => endedAt - startedAt);
  const sessionMs = (allMs - recipientMs * sum(({ recipients }) => recipients)) / sessions.length;
  console.log(
    `    ${sessions.length} tries at a session: ${Math.round(sessionMs)} ms each, ${Math.round(recipientMs)} ms a recipient`,
  );
}

function printCourtesy(ours: Seen, theirs: Seen): void {
  const rows: readonly [string, keyof Seen][] = [
    ['sessions in all', 'sessions'],
    ['most at once', 'mostOpen'],
    ['most at once at one operator', 'mostOpenAtOne'],
    ['most new ones a minute at one operator', 'mostStartsAMinuteAtOne'],
    ['sessions left without QUIT', 'withoutQuit'],
    ['addresses asked twice', 'askedTwice'],
  ];
  console.log(`  what the servers saw                        ours   naive`);
  for (const [title, key] of rows) {
    console.log(`    ${title.padEnd(40)}${String(ours[key]).padStart(6)}${String(theirs[key]).padStart(8)}`);
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
