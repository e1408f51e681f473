/**
 * A group of commands put to a server, in one piece or one after the other, and what its replies say of each address.
 */
import type { Finding } from './evidence-of.js';
import type { Line, TimeLeft } from './open-line.js';
import type { Question, Step } from './question.js';
import type { ProbeDependencies, ProbeSettings } from './settings.js';
import { isSuccess, type Answer } from './smtp/answer.js';
import type { Command } from './smtp/dialogue.js';
import { demandsTls, isTooManyRecipients } from './smtp/reply-signs.js';

/** An open session, and all that asking in it takes. */
export interface OpenSession {
  readonly line: Line;
  readonly settings: ProbeSettings;
  readonly dependencies: ProbeDependencies;
  readonly signal: AbortSignal;
  /** When the session began, milliseconds since 1970 UTC. */
  readonly startedAt: number;
  /** What is left of the time of a recipient that was first asked about at `since`. */
  readonly timeLimit: (since: number) => TimeLeft;
}

/** A question with its answer. */
export interface Settled {
  readonly question: Question;
  readonly finding: Finding;
  /** When that was known, milliseconds since 1970 UTC. */
  readonly until: number;
}

/** What came of a group. */
export interface Heard {
  readonly settled: readonly Settled[];
  /** The server wants TLS before it answers the rest. */
  readonly wantsTls: boolean;
  /** The server takes no more recipients in a transaction; the rest are to be asked about alone. */
  readonly tooMany: boolean;
  /** What was found when nothing more could be asked; null where the session goes on. */
  readonly ending: Finding | null;
}

/**
 * Sends the commands and hears the replies. With `together` they go out in one piece (RFC 2920), and replies that have
 * become needless by then come all the same; without, such commands are not sent.
 */
export async function askGroup(session: OpenSession, steps: readonly Step[], together: boolean): Promise<Heard> {
  const { dialogue } = session.line;
  const answers = together ? dialogue.askTogether(steps.map((step) => commandOf(session, step))) : [];
  const settled: Settled[] = [];
  const demands = { wantsTls: false, tooMany: false };
  for (const [i, step] of steps.entries()) {
    const refusal = step.verb === 'RCPT' ? refusalIn(step) : null;
    const answer = refusal !== null && !together ? refusal : await (answers[i] ?? askOne(session, step));
    if (step.verb === 'MAIL' && saysTlsFirst(session, answer)) demands.wantsTls = true;
    const finding = findingOf(step, refusal, answer);
    if (finding === null) continue;
    if (step.verb === 'RSET' || endsSession(finding)) return { settled, ...demands, ending: finding };
    if (saysTlsFirst(session, finding.answer)) demands.wantsTls = true;
    else if (!step.first && saysTooMany(finding)) demands.tooMany = true;
    else settled.push({ question: step.question, finding, until: session.dependencies.now() });
  }
  return { settled, ...demands, ending: null };
}

function askOne(session: OpenSession, step: Step): Promise<Answer> {
  const [answer] = session.line.dialogue.askTogether([commandOf(session, step)]);
  return answer as Promise<Answer>;
}

function commandOf(session: OpenSession, { line, question, transaction }: Step): Command {
  return { line, utf8: transaction.smtputf8, patience: () => patienceFor(session, question) };
}

/** Called when the reply is the next to come: with the first one about an address its time begins. */
function patienceFor({ settings, dependencies, timeLimit }: OpenSession, question: Question): number {
  question.since ??= dependencies.now();
  return timeLimit(question.since)(settings.replyTimeoutMs);
}

function refusalIn({ transaction: { mail } }: Step): Answer | null {
  return mail !== null && !isSuccess(mail) ? mail : null;
}

/** What an answer says: at RCPT of the address, before that only where it is the end. A refused MAIL tells with RCPT. */
function findingOf({ verb, transaction }: Step, refusal: Answer | null, answer: Answer): Finding | null {
  if (verb === 'RCPT') return refusal === null ? { stage: 'rcpt', answer } : { stage: 'mail', answer: refusal };
  const finding = { stage: 'mail', answer } as const;
  if (verb === 'RSET') return isSuccess(answer) ? null : finding;
  transaction.mail = answer;
  return endsSession(finding) ? finding : null;
}

/** Whether nothing more can be asked after this: no reply came, or 421. */
function endsSession({ answer }: Finding): boolean {
  return answer.event !== 'reply' || answer.reply.code === 421;
}

/** Whether the session is in plain text and need not stay so. */
export function mayEncrypt({ line: { dialogue, extensions }, settings }: OpenSession): boolean {
  return settings.tls !== 'never' && dialogue.tls === null && dialogue.usable && extensions.has('STARTTLS');
}

function saysTlsFirst(session: OpenSession, answer: Finding['answer']): boolean {
  return answer.event === 'reply' && demandsTls(answer.reply) && mayEncrypt(session);
}

function saysTooMany({ answer }: Finding): boolean {
  return answer.event === 'reply' && isTooManyRecipients(answer.reply);
}
