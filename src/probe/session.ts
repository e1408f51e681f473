/**
 * One session with one mail server: connect → greeting → EHLO → MAIL → RCPT … → QUIT, and the evidence that comes of
 * it. Whatever the server does is data; nothing of the session is left open when this returns.
 */
import { setMaxListeners } from 'node:events';
import type { Batch, BatchReport } from '../plan/planner.js';
import { isAccepted, Questioning, type Asked } from './ask-recipients.js';
import type { Evidence } from '../verdict/evidence.js';
import { evidenceOf, isOpening, type Finding } from './evidence-of.js';
import { connectLine, openLine, type Line, type TimeLeft } from './open-line.js';
import type { ProbeDependencies, ProbeSettings } from './settings.js';
import type { TlsState } from './smtp/start-tls.js';
import { startTrace } from './trace.js';

export type { ProbeDependencies, ProbeSettings } from './settings.js';
export type { TraceEntry, TraceLine } from './trace.js';

/** How long the reply to QUIT is waited for, milliseconds. */
const QUIT_GRACE = 2000;

/** What a session came to: findings, or why and when the server took no part, or that another one is needed. */
type Outcome =
  | { readonly asked: readonly Asked[]; readonly catchAll: Questioning['catchAll'] }
  | { readonly refusal: Finding; readonly until: number }
  | 'again'
  | 'interrupted';

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
  const { now, memory } = dependencies;
  const startedAt = now();
  const timeLimit = (since: number) => (wantedMs: number) =>
    Math.max(0, Math.min(wantedMs, settings.senderTimeoutMs - batch.spentMs - (now() - since)));
  const isPlain = settings.tls === 'opportunistic' && memory.tlsFailed(batch.server.address);
  const how = isPlain ? { ...settings, tls: 'on-demand' as const } : settings;
  return runSession({ batch, settings: how, dependencies, signal, startedAt, timeLimit });
}

async function runSession(context: Context): Promise<BatchReport> {
  const { batch, settings, dependencies, signal, startedAt, timeLimit } = context;
  const { record, finish } = startTrace(batch.server, dependencies.now, dependencies);
  let tls: TlsState | null = null;
  try {
    const line = await connectLine(batch.server, settings, dependencies, timeLimit(startedAt), record, signal);
    if ('stage' in line) return report(context, refuse(context, line), null);
    const outcome = await converse(context, line);
    ({ tls } = line.dialogue);
    return report(context, outcome, line);
  } finally {
    finish(tls);
  }
}

async function converse(context: Context, line: Line): Promise<Outcome> {
  const { batch, settings, signal, startedAt, timeLimit } = context;
  const hurry = (): void => line.dialogue.hurry(QUIT_GRACE);
  signal.addEventListener('abort', hurry);
  try {
    const refusal = await openLine(line, settings, timeLimit(startedAt), signal);
    if (line.optionalTlsFailed && !signal.aborted) return askInPlainText(context);
    if (refusal !== null) return refuse(context, refusal);
    const questioning = new Questioning({ line, ...context }, batch.recipients);
    const asked = await questioning.run();
    const [first] = asked;
    if (first === undefined) return questioning.muddled ? 'again' : 'interrupted';
    // A server that wants TLS and then cannot do it took no part, though that only showed after MAIL.
    return isOpening(first.finding) ? refuse(context, first.finding) : { asked, catchAll: questioning.catchAll };
  } finally {
    await line.dialogue.quit(QUIT_GRACE);
    signal.removeEventListener('abort', hurry);
  }
}

/** TLS that was nobody's demand is not held against the server. */
function askInPlainText({ batch, dependencies }: Context): 'again' {
  dependencies.memory.noteTlsFailure(batch.server.address);
  return 'again';
}

/** After an interruption a failure to open the session is our own doing, and no evidence. */
function refuse({ signal, dependencies }: Context, refusal: Finding): Outcome {
  return signal.aborted ? 'interrupted' : { refusal, until: dependencies.now() };
}

function report(context: Context, outcome: Outcome, line: Line | null): BatchReport {
  const { batch, dependencies, startedAt } = context;
  const session = line && { startedAt, durationMs: dependencies.now() - startedAt, tls: line.dialogue.tls !== null };
  const nobody = { results: [], unasked: batch.recipients, moveOn: null, session };
  if (outcome === 'interrupted') return nobody;
  if (outcome === 'again') return { ...nobody, again: true };
  if ('refusal' in outcome)
    return { ...nobody, moveOn: evidenceIn(batch, outcome.refusal, startedAt, outcome.until, null) };
  const results = outcome.asked.map(({ recipient, finding, since, until }) => {
    const catchAll = isAccepted(finding) ? dependencies.memory.acceptsAll(recipient.mailbox.domain) : null;
    return { recipient, evidence: evidenceIn(batch, finding, since, until, catchAll) };
  });
  const told = new Set(results.map(({ recipient }) => recipient));
  const unasked = batch.recipients.filter((recipient) => !told.has(recipient));
  return { results, unasked, moveOn: null, catchAll: outcome.catchAll, session };
}

function evidenceIn(batch: Batch, finding: Finding, since: number, until: number, catchAll: boolean | null): Evidence {
  const tried = finding.answer.event === 'forbidden-network' ? 0 : 1;
  return evidenceOf(finding, {
    server: batch.server,
    checkedAt: until,
    durationMs: batch.spentMs + (until - since),
    attempts: batch.attempts + tried,
    catchAll,
  });
}
