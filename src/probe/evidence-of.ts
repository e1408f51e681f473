/**
 * What a session found, put down as the evidence about one recipient.
 */
import type { Server } from '../plan/planner.js';
import type { Evidence, Stage } from '../verdict/evidence.js';
import type { Answer } from './smtp/answer.js';

/** The decisive answer and the stage it came at; a question may also be settled without asking. */
export interface Finding {
  readonly stage: Stage;
  readonly answer: Answer | { readonly event: 'no-smtputf8' | 'forbidden-network'; readonly detail: string };
}

/** Whether this was found before any question about a mailbox was put, and so says nothing of one. */
export function isOpening({ stage }: Finding): boolean {
  return stage !== 'mail' && stage !== 'rcpt';
}

/** Who was asked, when it was decided, and what it took. */
export interface Circumstances {
  readonly server: Server;
  readonly checkedAt: number;
  readonly durationMs: number;
  readonly attempts: number;
  /** As in `Evidence`. */
  readonly catchAll: boolean | null;
}

/** Text kept of one reply, characters: enough for any rule, and millions of them still fit a state file. */
const KEPT_TEXT = 2000;

/** The evidence. */
export function evidenceOf({ stage, answer }: Finding, circumstances: Circumstances): Evidence {
  const { server, checkedAt, durationMs, attempts, catchAll } = circumstances;
  const reply = answer.event === 'reply' ? answer.reply : null;
  const text = answer.event === 'reply' ? answer.reply.text : answer.detail;
  return {
    event: answer.event,
    stage,
    replyCode: reply?.code ?? null,
    enhancedCode: reply?.enhancedCode ?? null,
    replyText: text.length > KEPT_TEXT ? `${text.slice(0, KEPT_TEXT - 1)}…` : text,
    mxHost: server.host,
    mxAddress: server.address,
    site: server.site,
    catchAll,
    checkedAt,
    durationMs,
    attempts,
  };
}
