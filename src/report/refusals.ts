/**
 * What Postfix's reject_unverified_sender would have done to this very mail. Its probe asks as the survey does, but
 * knows only "deliverable", "undeliverable" and "cannot tell": what it would refuse need not be evidence against the
 * sender, and what it would let in need not be proved.
 */
import type { AskedVerdict, Evidence, Judgement } from '../verdict/evidence.js';
import type { CountedMail } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { RefusalDays } from './refusal-days.js';
import type { Refusals, RejectUnverified } from './summary.js';

/** What becomes of a sender's mail; `unasked` is what the survey cannot say. */
export type Fate = 'refused' | 'put-off' | 'let-in' | 'unasked';

const fates = {
  accepted: 'let-in',
  deferred: 'put-off',
  rejected: 'refused',
  'no-answer': 'put-off',
  unreachable: 'put-off',
  undeliverable: 'refused',
  skipped: 'unasked',
} as const satisfies Record<AskedVerdict, Fate>;

/**
 * The sender's fate, given unverified_sender_reject_code = 550 (by default Postfix says 450 even then). Its probe cannot
 * tell a refusal of us from one of the address, so that both are refused; what it cannot decide it puts off
 * (unverified_sender_defer_code), which includes a 5xx greeting (smtp_skip_5xx_greeting). A domain that takes no mail
 * bounces, and is refused.
 */
export function fateOf({ stage }: Evidence, { verdict }: Judgement): Fate {
  return verdict === 'rejected' && stage === 'greeting' ? 'put-off' : fates[verdict];
}

/** Counts fates. */
export class RefusalTally {
  readonly #refused = noRefusals();
  readonly #refusingUs = noRefusals();
  readonly #putOff = noRefusals();
  readonly #catchAll = noRefusals();
  readonly #days: RefusalDays;

  constructor(mail: CountedMail) {
    this.#days = new RefusalDays(mail);
  }

  /** Counts one sender that was asked, or left out on purpose; `messages` is what it weighs. */
  add(row: SurveyRow, evidence: Evidence, judgement: Judgement, messages: number): void {
    const fate = fateOf(evidence, judgement);
    if (fate === 'unasked') return;
    const [refused, putOff] = [fate === 'refused', fate === 'put-off'];
    const refusingUs = refused && isAboutUs(judgement);
    this.#days.add(row, { refused, refusingUs, putOff }, messages);
    if (refused) addTo(this.#refused, row, messages);
    if (refusingUs) addTo(this.#refusingUs, row, messages);
    if (putOff) addTo(this.#putOff, row, messages);
    if (judgement.reason === 'catch-all') addTo(this.#catchAll, row, messages);
  }

  /** What was counted so far. */
  summary(): RejectUnverified {
    return {
      ...this.#refused,
      refusingUs: this.#refusingUs,
      putOff: this.#putOff,
      catchAll: this.#catchAll,
      byDay: this.#days.list(),
      undatedSenders: this.#days.undatedSenders,
      undatedMessages: this.#days.undatedMessages,
    };
  }
}

/** Whether the reply was about the one who asks, and so says nothing of the sender. */
function isAboutUs({ reason }: Judgement): boolean {
  return reason === 'refused-us' || reason === 'refused-sender';
}

function addTo(refusals: Refusals, { wanted }: SurveyRow, messages: number): void {
  refusals.senders += 1;
  refusals.messages += messages;
  if (!wanted) return;
  refusals.wantedSenders += 1;
  refusals.wantedMessages += messages;
}

function noRefusals(): Refusals {
  return { senders: 0, messages: 0, wantedSenders: 0, wantedMessages: 0 };
}
