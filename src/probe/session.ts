/**
 * One session with one mail server: connect → greeting → EHLO → MAIL → RCPT … → QUIT, and the evidence that comes of
 * it. Whatever the server does is data; nothing of the session is left open when this returns.
 */
import { setMaxListeners } from 'node:events';
import type { Batch, BatchReport } from '../plan/planner.js';
import { Questioning, type Asked } from './ask-recipients.js';
import type { Evidence } from '../verdict/evidence.js';
import { evidenceOf, isOpening, type Finding } from './evidence-of.js';
import { connectLine, openLine, type Line, type TimeLeft } from './open-line.js';
import type { ProbeDependencies, ProbeSettings } from './settings.js';
import { startTrace } from './trace.js';

export type { ProbeDependencies, ProbeSettings } from './settings.js';
export type { TraceEntry, TraceLine } from './trace.js';

/** How long the reply to QUIT is waited for, milliseconds. */
const QUIT_GRACE = 2000;

/** What a session came to: findings about recipients, or why and when the server took no part. */
type Outcome = { readonly asked: readonly Asked[] } | { readonly refusal: Finding; readonly until: number };

/** What stays the same throughout a session. */
interface Context {
  readonly batch: Batch;
  readonly settings: ProbeSettings;
  readonly dependencies: ProbeDependencies;
  readonly signal: AbortSignal;
  readonly startedAt: number;
  /** How much of a recipient's time is left, for one whose time in this session began at `since`. */
  readonly timeLimit: (since: number) => TimeLeft;
}

/**
 * Asks one server about the recipients of a batch. The signal ends the session early: at once while connecting, else
 * after the reply under way, with QUIT; who has no result by then is unasked. Rejects only on bugs, and where this
 * machine cannot open connections at all.
 */
export async function probeBatch(
  batch: Batch,
  settings: ProbeSettings,
  dependencies: ProbeDependencies,
  signal: AbortSignal,
): Promise<BatchReport> {
  if (signal.aborted) return { results: [], unasked: batch.recipients, moveOn: null, session: null };
  // Each session under way listens to the one signal: hundreds at once are no leak.
  setMaxListeners(0, signal);
  const { now } = dependencies;
  const startedAt = now();
  const timeLimit = (since: number) => (wantedMs: number) =>
    Math.max(0, Math.min(wantedMs, settings.senderTimeoutMs - batch.spentMs - (now() - since)));
  return runSession({ batch, settings, dependencies, signal, startedAt, timeLimit });
}

async function runSession(context: Context): Promise<BatchReport> {
  const { batch, settings, dependencies, signal, startedAt, timeLimit } = context;
  const { record, finish } = startTrace(batch.server, dependencies.now, dependencies);
  try {
    const line = await connectLine(batch.server, settings, dependencies, timeLimit(startedAt), record, signal);
    if ('stage' in line) return report(context, refuse(context, line), null);
    const outcome = await converse(context, line);
    return report(context, outcome, line);
  } finally {
    finish();
  }
}

async function converse(context: Context, line: Line): Promise<Outcome> {
  const { batch, settings, dependencies, signal, startedAt, timeLimit } = context;
  try {
    const refusal = await openLine(line, settings, timeLimit(startedAt), signal);
    if (refusal !== null) return refuse(context, refusal);
    const questioning = new Questioning(line, settings, dependencies.now);
    const asked = await questioning.run(batch.recipients, startedAt, timeLimit, signal);
    const [first] = asked;
    // A server that wants TLS and then cannot do it took no part, though that only showed after MAIL.
    if (first !== undefined && isOpening(first.finding)) return refuse(context, first.finding);
    return { asked };
  } finally {
    await line.dialogue.quit(QUIT_GRACE);
  }
}

/** After an interruption a failure to open the session is our own doing, and no evidence. */
function refuse({ signal, dependencies }: Context, refusal: Finding): Outcome {
  return signal.aborted ? { asked: [] } : { refusal, until: dependencies.now() };
}

function report(context: Context, outcome: Outcome, line: Line | null): BatchReport {
  const { batch, dependencies, startedAt } = context;
  const asked = 'asked' in outcome ? outcome.asked : [];
  const results = asked.map(({ recipient, finding, since, until }) => {
    return { recipient, evidence: evidenceIn(batch, finding, since, until) };
  });
  return {
    results,
    unasked: batch.recipients.slice(results.length),
    moveOn: 'refusal' in outcome ? evidenceIn(batch, outcome.refusal, startedAt, outcome.until) : null,
    session:
      line === null ? null : { startedAt, durationMs: dependencies.now() - startedAt, tls: line.dialogue.encrypted },
  };
}

function evidenceIn(batch: Batch, finding: Finding, since: number, until: number): Evidence {
  const tried = finding.answer.event === 'forbidden-network' ? 0 : 1;
  return evidenceOf(finding, {
    server: batch.server,
    checkedAt: until,
    durationMs: batch.spentMs + (until - since),
    attempts: batch.attempts + tried,
  });
}
