/**
 * The campaign against servers: every fault at every stage, each with the verdict that CONTRACT calls for, within its
 * deadline.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultyInternet, type FaultyInternet } from './faulty-internet.js';
import type { FaultCase } from './faults.js';
import { broken, outputs, rowsIn, unexpected } from './invariants.js';
import { leftOver } from './repeat.js';
import { runCommand, type Outcome } from './run-command.js';

/** A sender's deadline, in reply timeouts. */
const senderTimeouts = 4;
/** By how much a busy machine may be late, milliseconds. */
const busyMs = 2000;

/** One run against faulty servers. */
export interface ServerRun {
  readonly cases: readonly FaultCase[];
  /** For each case. */
  readonly sites: number;
  readonly concurrency: number;
  readonly replyMs: number;
  /** Recipients asked about in a session at most. */
  readonly recipients: number;
}

/** What came of it. */
export interface ServersSeen {
  readonly outcome: Outcome;
  readonly senders: number;
  /** Sessions in all, and the most at once. */
  readonly sessions: number;
  readonly mostOpen: number;
  /** The longest that one sender took, milliseconds. */
  readonly longestMs: number;
  readonly faults: readonly string[];
}

/** Surveys an internet of faulty servers, and looks whether all came as it had to. */
export async function surveyFaultyServers(run: ServerRun): Promise<ServersSeen> {
  const folder = await mkdtemp(join(tmpdir(), 'sender-survey-campaign-'));
  const internet = await startFaultyInternet(run.cases, run.sites);
  try {
    await writeFile(join(folder, 'senders'), [...internet.expected.keys()].join('\n'));
    const outcome = await runCommand(['survey', 'senders', ...outputs, ...hurried(internet, run)], { cwd: folder });
    return await judged(outcome, internet, run, folder);
  } finally {
    await internet.close();
    await rm(folder, { recursive: true });
  }
}

function hurried({ resolver, smtpPort }: FaultyInternet, { concurrency, replyMs, recipients }: ServerRun): string[] {
  const network = `--resolver ${resolver} --port ${smtpPort} --allow-net 127.0.0.0/8 --helo probe.example`;
  const times = `--reply-timeout ${replyMs}ms --sender-timeout ${senderTimeouts * replyMs}ms --site-rate 0 --site-pause 50ms`;
  return `${network} ${times} --concurrency ${concurrency} --session-recipients ${recipients} --force --progress never`.split(
    ' ',
  );
}

async function judged(
  outcome: Outcome,
  internet: FaultyInternet,
  run: ServerRun,
  folder: string,
): Promise<ServersSeen> {
  if (outcome.code !== 0) throw new Error(`exit code ${outcome.code}: ${outcome.stderr}`);
  const rows = await rowsIn(folder);
  const longestMs = Math.max(...rows.map((row) => Number(row['duration_ms'])));
  const mostAtOne = Math.max(...internet.servers.map(({ mostOpen }) => mostOpen));
  const mostRecipients = Math.max(...internet.servers.map((seen) => seen.mostRecipients));
  return {
    outcome,
    senders: rows.length,
    sessions: internet.all.sessions,
    mostOpen: internet.all.mostOpen,
    longestMs,
    faults: [
      ...(await broken(folder, internet.expected.keys())),
      ...unexpected(rows, internet.expected),
      ...(mostAtOne <= 2 ? [] : [`${mostAtOne} sessions at once at one site`]),
      ...(mostRecipients <= run.recipients ? [] : [`${mostRecipients} recipients in one session`]),
      ...(longestMs <= senderTimeouts * run.replyMs + busyMs ? [] : [`a sender took ${longestMs} ms`]),
      ...leftOver(outcome, folder),
      ...(internet.all.open === 0 ? [] : [`${internet.all.open} sessions left open`]),
      ...(longestMs <= 2.5 * run.replyMs ? [] : [`a sender took ${longestMs} ms`]),
    ],
  };
}
