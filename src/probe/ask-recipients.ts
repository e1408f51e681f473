/**
 * The questions of one open session: who is asked with whom in a group of commands (RFC 2920), or one command at a time
 * where the server does not take groups. Ends before the server's patience does; who has no answer by then is not among
 * what was found.
 */
import type { Recipient } from '../plan/planner.js';
import { askGroup, mayEncrypt, type Heard, type OpenSession, type Settled } from './ask-group.js';
import type { Finding } from './evidence-of.js';
import { encryptLine } from './open-line.js';
import {
  fits,
  impossibleMailbox,
  mailStepFor,
  stepsFor,
  type Question,
  type Step,
  type Transaction,
} from './question.js';
import { isSuccess } from './smtp/answer.js';

/** Refusals after which a session ends by itself: Postfix delays its replies after 10 and hangs up at 20. */
const patience = 8;

/** Age at which nothing more is asked in a session, milliseconds, as in Postfix (smtp_connection_reuse_time_limit). */
const oldAgeMs = 300_000;

/** What was found out about one recipient, and since when it was asked about. */
export interface Asked {
  readonly recipient: Recipient;
  readonly finding: Finding;
  /** From when to when, milliseconds since 1970 UTC. */
  readonly since: number;
  readonly until: number;
}

/** Asks over one open line. */
export class Questioning {
  /** Domains asked about an address that cannot exist, and whether they took it. */
  readonly catchAll: { readonly domain: string; readonly accepts: boolean }[] = [];
  /** Set where a group got more replies than it had commands, so that they are of no use. */
  muddled = false;
  readonly #session: OpenSession;
  readonly #asked: Asked[] = [];
  #over = false;
  #queue: readonly Question[];
  #settled = 0;
  #transaction: Transaction | null = null;
  /** Set once the server takes no more recipients in a transaction: from then on each gets one of its own. */
  #oneByOne = false;

  constructor(session: OpenSession, recipients: readonly Recipient[]) {
    this.#session = session;
    this.#queue = recipients.map((recipient, i) => {
      return { mailbox: recipient.mailbox, recipient, since: i === 0 ? session.startedAt : null };
    });
  }

  /** Asks in order, until all are asked, the session ends, or the signal stops it; gives at most one finding for each. */
  async run(): Promise<readonly Asked[]> {
    if (this.#mayGoOn() && this.#plainText() === 'refused') await this.#encrypt();
    for (let [next] = this.#queue; next !== undefined && this.#mayGoOn(); [next] = this.#queue) {
      const known = this.#knownWithoutAsking(next);
      if (known !== null) this.#settle({ question: next, finding: known, until: this.#session.dependencies.now() });
      else await this.#ask(this.#nextGroup(next));
    }
    this.#giveUpCatchAll();
    return this.#asked;
  }

  #mayGoOn(): boolean {
    const { line, signal, startedAt, dependencies } = this.#session;
    if (signal.aborted || this.#over || !line.dialogue.usable || this.#room() <= 0) return false;
    return this.#asked.length === 0 || dependencies.now() - startedAt < oldAgeMs;
  }

  /** How many more may be asked about before the server's patience ends, or what it should be asked in one session. */
  #room(): number {
    const { line, settings } = this.#session;
    return Math.min(patience - line.dialogue.refusals, settings.sessionRecipients - this.#settled);
  }

  #knownWithoutAsking(question: Question): Finding | null {
    if (question.mailbox.smtputf8 && !this.#session.line.extensions.has('SMTPUTF8'))
      return { stage: 'mail', answer: { event: 'no-smtputf8', detail: 'the server does not offer SMTPUTF8' } };
    const transaction = this.#transaction;
    const mail = transaction?.mail ?? null;
    if (transaction === null || mail === null || isSuccess(mail)) return null;
    return fits(transaction, question, false) ? { stage: 'mail', answer: mail } : null;
  }

  /** The commands to send next. Where MAIL may be told to come back with TLS, no RCPT is sent before that is known. */
  #nextGroup(head: Question): readonly Step[] {
    const { mailFrom } = this.#session.settings;
    if (this.#plainText() === 'untried') return this.#begin([mailStepFor(head, mailFrom)]);
    const isOpen = this.#mayBeCatchAll(head);
    const size = Math.min(this.#groupSize(), Math.max(1, this.#room() - (isOpen ? 1 : 0)));
    const steps: Step[] = [];
    for (const question of this.#queue.slice(0, size)) {
      const waits = isOpen && question.mailbox.domain !== head.mailbox.domain;
      if (waits || this.#knownWithoutAsking(question) !== null) break;
      steps.push(...this.#begin(stepsFor(question, this.#transaction, this.#oneByOne, mailFrom)));
    }
    return steps;
  }

  #begin(steps: readonly Step[]): readonly Step[] {
    this.#transaction = steps.at(-1)?.transaction ?? this.#transaction;
    return steps;
  }

  /**
   * How many to ask about together. A server that has not shown yet that it takes groups well gets two commands first:
   * should it refuse MAIL or hang up, that was the least to send.
   */
  #groupSize(): number {
    const pipelining = this.#pipelining();
    if (pipelining === 'works') return Infinity;
    return pipelining === 'untried' && this.#transaction?.recipients === 0 ? 2 : 1;
  }

  /** Whether it takes MAIL in plain text where it offers TLS; null where there is no such question. */
  #plainText(): 'taken' | 'refused' | 'untried' | null {
    const { line, dependencies } = this.#session;
    if (!mayEncrypt(this.#session) || this.#transaction !== null) return null;
    return dependencies.memory.plainText(line.server.address) ?? 'untried';
  }

  /** Whether PIPELINING is offered, and what came of it so far. */
  #pipelining(): 'works' | 'fails' | 'untried' {
    const { line, dependencies } = this.#session;
    if (!line.extensions.has('PIPELINING')) return 'fails';
    return dependencies.memory.pipelining(line.server.address) ?? 'untried';
  }

  async #ask(steps: readonly Step[]): Promise<void> {
    const together = steps.length > 1 && this.#pipelining() !== 'fails';
    const heard = await askGroup(this.#session, steps, together);
    if (together) this.#notePipelining(heard);
    this.#over ||= this.muddled || heard.ending !== null;
    if (!this.muddled) this.#notePlainText(heard);
    if (this.muddled) return;
    for (const settled of heard.settled) this.#settle(settled);
    this.#askForCatchAll(heard.settled);
    this.#oneByOne ||= heard.tooMany;
    if (heard.ending !== null) this.#judgeFirst(heard.ending);
    else if (heard.wantsTls) await this.#encrypt();
  }

  #notePipelining({ ending }: Heard): void {
    const { line, dependencies } = this.#session;
    this.muddled = line.dialogue.strayed;
    const failed = this.muddled || (ending !== null && ending.answer.event !== 'reply');
    if (failed || ending === null) dependencies.memory.notePipelining(line.server.address, failed ? 'fails' : 'works');
  }

  #notePlainText({ wantsTls }: Heard): void {
    const { line, dependencies } = this.#session;
    const mail = this.#transaction?.mail ?? null;
    if (!mayEncrypt(this.#session) || mail === null) return;
    if (wantsTls) dependencies.memory.notePlainText(line.server.address, 'refused');
    else if (isSuccess(mail)) dependencies.memory.notePlainText(line.server.address, 'taken');
  }

  #settle({ question, finding, until }: Settled): void {
    this.#queue = this.#queue.filter((other) => other !== question);
    this.#settled += 1;
    const { recipient, since } = question;
    if (recipient === null) this.#noteCatchAll(question.mailbox.domain, finding);
    else this.#asked.push({ recipient, finding, since: since ?? until, until });
  }

  /** What ends a session may be about the session rather than the mailbox: only a first recipient is judged by it. */
  #judgeFirst(finding: Finding): void {
    const { signal, dependencies } = this.#session;
    const [question] = this.#queue;
    if (question === undefined || this.#asked.length > 0 || signal.aborted) return;
    this.#settle({ question, finding, until: dependencies.now() });
  }

  async #encrypt(): Promise<void> {
    const { line, settings, timeLimit, startedAt } = this.#session;
    this.#transaction = null;
    const refusal = await encryptLine(line, settings, timeLimit(this.#queue[0]?.since ?? startedAt), 'demanded');
    this.#over = refusal !== null;
    if (refusal !== null) this.#judgeFirst(refusal);
  }

  #mayBeCatchAll({ mailbox, recipient }: Question): boolean {
    const { settings, dependencies } = this.#session;
    return settings.catchAll && recipient !== null && dependencies.memory.isCatchAllOpen(mailbox.domain);
  }

  /** Next, once for each domain, comes an address that cannot exist where one was accepted that may. */
  #askForCatchAll(settled: readonly Settled[]): void {
    const accepted = settled.find(({ question, finding }) => isAccepted(finding) && this.#mayBeCatchAll(question));
    if (accepted === undefined) return;
    const { memory, random } = this.#session.dependencies;
    const { domain } = accepted.question.mailbox;
    memory.noteCatchAll(domain, null);
    this.#queue = [{ mailbox: impossibleMailbox(domain, random), recipient: null, since: null }, ...this.#queue];
  }

  /** A 5xx says no, 2xx yes; anything else says nothing. */
  #noteCatchAll(domain: string, finding: Finding): void {
    const { answer, stage } = finding;
    const isRefused = stage === 'rcpt' && answer.event === 'reply' && answer.reply.code >= 500;
    if (!isRefused && !isAccepted(finding)) return;
    this.#session.dependencies.memory.noteCatchAll(domain, !isRefused);
    this.catchAll.push({ domain, accepts: !isRefused });
  }

  /** What could not be asked any more is left to another session. */
  #giveUpCatchAll(): void {
    for (const { recipient, since, mailbox } of this.#queue) {
      if (recipient === null && since === null) this.#session.dependencies.memory.reopenCatchAll(mailbox.domain);
    }
  }
}

/** Whether a recipient was accepted. */
export function isAccepted({ stage, answer }: Finding): boolean {
  return stage === 'rcpt' && answer.event === 'reply' && answer.reply.code < 300;
}
