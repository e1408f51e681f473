/**
 * The questions of one open session: MAIL once for each run of recipients of one domain, RCPT for each recipient, RSET
 * in between. Ends before the server's patience does; whoever was not asked by then is handed back.
 */
import type { Mailbox } from '../senders/address.js';
import type { Recipient } from '../plan/planner.js';
import { isOpening, type Finding } from './evidence-of.js';
import { encryptLine, type Line, type TimeLeft } from './open-line.js';
import type { ProbeSettings } from './settings.js';
import { isSuccess, type Answer } from './smtp/answer.js';
import { demandsTls, isTooManyRecipients } from './smtp/reply-signs.js';

/** Refusals after which a session ends by itself: Postfix delays its replies after 10 and hangs up at 20. */
const PATIENCE = 8;

/** What was found out about one recipient, and since when it was asked about. */
export interface Asked {
  readonly recipient: Recipient;
  readonly finding: Finding;
  /** From when to when, milliseconds since 1970 UTC. */
  readonly since: number;
  readonly until: number;
}

/** The recipients asked about under one MAIL command. */
interface Transaction {
  readonly domain: string;
  readonly smtputf8: boolean;
  /** The answer to MAIL; null where it was not sent, as the server does not offer the SMTPUTF8 it needs. */
  readonly mail: Answer | null;
  recipients: number;
}

/** Asks over one open line. */
export class Questioning {
  readonly #line: Line;
  readonly #settings: ProbeSettings;
  readonly #now: () => number;
  #transaction: Transaction | null = null;
  /** Set once the server takes no more recipients in a transaction: from then on each gets one of its own. */
  #oneByOne = false;

  constructor(line: Line, settings: ProbeSettings, now: () => number) {
    this.#line = line;
    this.#settings = settings;
    this.#now = now;
  }

  /**
   * Asks about the recipients in order, until all are asked, the session ends, or the signal stops it; gives what was
   * found, at most one for each. `startedAt` is when the first one's time began, `timeLimit` what each may take.
   */
  async run(
    recipients: readonly Recipient[],
    startedAt: number,
    timeLimit: (since: number) => TimeLeft,
    signal: AbortSignal,
  ): Promise<Asked[]> {
    const asked: Asked[] = [];
    let since = startedAt;
    for (const recipient of recipients) {
      if (signal.aborted || !this.#mayGoOn()) break;
      const finding = await this.#ask(recipient.mailbox, timeLimit(since));
      // What ends a session may be about the session rather than the mailbox: only a first recipient is judged by it.
      if (finding === null || (asked.length > 0 && endsSession(finding))) break;
      const until = this.#now();
      asked.push({ recipient, finding, since, until });
      if (endsSession(finding)) break;
      since = until;
    }
    return asked;
  }

  #mayGoOn(): boolean {
    return this.#line.dialogue.usable && this.#line.dialogue.refusals < PATIENCE;
  }

  /** The finding about one mailbox; null where the session ended before the question could be put. */
  async #ask(mailbox: Mailbox, timeLeft: TimeLeft): Promise<Finding | null> {
    for (;;) {
      const transaction = await this.#enterTransaction(mailbox, timeLeft);
      if (transaction === null) return null;
      const finding = await this.#askWithin(transaction, mailbox, timeLeft);
      if (finding.answer.event !== 'reply') return finding;
      const { reply } = finding.answer;
      if (this.#mayEncrypt() && demandsTls(reply)) {
        const refusal = await this.#encrypt(timeLeft);
        if (refusal !== null) return refusal;
      } else if (transaction.recipients > 1 && isTooManyRecipients(reply)) {
        this.#oneByOne = true;
      } else {
        return finding;
      }
    }
  }

  /** The transaction that the mailbox belongs in, begun where it must be; null where RSET did not clear the way. */
  async #enterTransaction(mailbox: Mailbox, timeLeft: TimeLeft): Promise<Transaction | null> {
    const current = this.#transaction;
    if (current !== null && this.#fits(current, mailbox)) return current;
    if (current !== null && current.mail !== null && !isSuccess(await this.#command('RSET', timeLeft))) return null;
    const { domain, smtputf8 } = mailbox;
    const possible = !smtputf8 || this.#line.extensions.has('SMTPUTF8');
    const mail = possible
      ? await this.#command(`MAIL FROM:<${this.#settings.mailFrom}>${smtputf8 ? ' SMTPUTF8' : ''}`, timeLeft)
      : null;
    this.#transaction = { domain, smtputf8, mail, recipients: 0 };
    return this.#transaction;
  }

  #fits({ domain, smtputf8, recipients }: Transaction, mailbox: Mailbox): boolean {
    return domain === mailbox.domain && smtputf8 === mailbox.smtputf8 && !(this.#oneByOne && recipients > 0);
  }

  async #askWithin(transaction: Transaction, mailbox: Mailbox, timeLeft: TimeLeft): Promise<Finding> {
    const { mail } = transaction;
    if (mail === null)
      return { stage: 'mail', answer: { event: 'no-smtputf8', detail: 'the server does not offer SMTPUTF8' } };
    if (!isSuccess(mail)) return { stage: 'mail', answer: mail };
    transaction.recipients += 1;
    const { localPart, domain, smtputf8 } = mailbox;
    return { stage: 'rcpt', answer: await this.#command(`RCPT TO:<${localPart}@${domain}>`, timeLeft, smtputf8) };
  }

  #mayEncrypt(): boolean {
    const { dialogue, extensions } = this.#line;
    return this.#settings.tls !== 'never' && dialogue.usable && !dialogue.encrypted && extensions.has('STARTTLS');
  }

  #encrypt(timeLeft: TimeLeft): Promise<Finding | null> {
    this.#transaction = null;
    return encryptLine(this.#line, this.#settings, timeLeft, 'demanded');
  }

  #command(command: string, timeLeft: TimeLeft, utf8 = false): Promise<Answer> {
    return this.#line.dialogue.ask(command, timeLeft(this.#settings.replyTimeoutMs), utf8);
  }
}

/** Whether nothing more can be asked after this: no reply came, or 421, or it belongs to the opening of a session. */
function endsSession(finding: Finding): boolean {
  const { answer } = finding;
  if (answer.event === 'reply') return answer.reply.code === 421 || isOpening(finding);
  return answer.event !== 'no-smtputf8';
}
