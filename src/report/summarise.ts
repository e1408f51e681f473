/**
 * Counts a survey: one pass over its senders, each judged by today's rules. What is kept grows with the number of
 * sites and of wanted senders that were rejected, not with the number of senders.
 */
import type { Evidence, Judgement } from '../verdict/evidence.js';
import type { CountedMail, SurveyInfo } from '../store/survey-info.js';
import type { SiteTimes, SurveyRow } from '../store/survey-rows.js';
import { SiteTally } from './site-tally.js';
import type { Refusals, RejectedSender, Summary } from './summary.js';
import { addToTotals, noTotals } from './totals.js';

/** Verdict and reason of a sender's evidence (verdict/judge.ts). */
export type Judge = (evidence: Evidence, address: string) => Judgement;

/** Counts the rows of a survey. */
export function summarise(
  rows: Iterable<SurveyRow>,
  survey: SurveyInfo,
  siteTimes: Iterable<SiteTimes>,
  judge: Judge,
): Summary {
  const tally = new Tally(survey.mail);
  for (const row of rows) tally.add(row, row.evidence && judge(row.evidence, row.address));
  return {
    schema: 1,
    survey: {
      started: new Date(survey.startedAt).toISOString(),
      finished: survey.finishedAt === null ? null : new Date(survey.finishedAt).toISOString(),
      complete: survey.complete,
      concurrency: survey.concurrency,
      mail: survey.mail,
      sample: survey.sample,
    },
    input: survey.inputTotals,
    totals: tally.totals,
    messages: tally.messages,
    reasons: mostFirst(tally.reasons),
    whatIf: { rejectUnverified: tally.refusals },
    sites: tally.sites.summaries(siteTimes),
    wantedRejected: tally.wantedRejected.toSorted((a, b) => b.messages - a.messages),
  };
}

/** The messages that a survey of this mail weighs a sender by. */
const messagesOf: Record<CountedMail, (row: SurveyRow) => number> = {
  accepted: (row) => row.messages,
  rejected: (row) => row.rejectedMessages,
  all: (row) => row.messages + row.rejectedMessages,
};

class Tally {
  readonly totals = noTotals();
  readonly messages = noTotals();
  readonly reasons = new Map<string, number>();
  readonly refusals: Refusals = { senders: 0, messages: 0, wantedSenders: 0, wantedMessages: 0 };
  readonly wantedRejected: RejectedSender[] = [];
  readonly sites = new SiteTally();
  readonly #mail: CountedMail;

  constructor(mail: CountedMail) {
    this.#mail = mail;
  }

  add(row: SurveyRow, judgement: Judgement | null): void {
    const messages = messagesOf[this.#mail](row);
    addToTotals(this.totals, 1, judgement, row.wanted);
    addToTotals(this.messages, messages, judgement, row.wanted);
    if (row.evidence === null || judgement === null) return;
    const reason = `${judgement.verdict}/${judgement.reason}`;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    this.sites.add(row.evidence.site, judgement.verdict);
    if (postfixWouldRefuse(row.evidence, judgement)) addToRefusals(this.refusals, messages, row);
    if (row.wanted && judgement.verdict === 'rejected') {
      this.wantedRejected.push(toRejectedSender(row, row.evidence, judgement, messages));
    }
  }
}

/**
 * Whether reject_unverified_sender would refuse the sender for good, given unverified_sender_reject_code = 550 (by
 * default Postfix says 450 even then). Its probe cannot tell a refusal of us from one of the address, so that both
 * count; what it cannot decide it defers (unverified_sender_defer_code), which includes a 5xx greeting
 * (smtp_skip_5xx_greeting). A domain that takes no mail bounces, and is refused.
 */
function postfixWouldRefuse(evidence: Evidence, { verdict }: Judgement): boolean {
  return verdict === 'undeliverable' || (verdict === 'rejected' && evidence.stage !== 'greeting');
}

function addToRefusals(refusals: Refusals, messages: number, row: SurveyRow): void {
  refusals.senders += 1;
  refusals.messages += messages;
  if (!row.wanted) return;
  refusals.wantedSenders += 1;
  refusals.wantedMessages += messages;
}

function toRejectedSender(
  { address }: SurveyRow,
  { mxHost, replyCode, enhancedCode, replyText }: Evidence,
  { reason }: Judgement,
  messages: number,
): RejectedSender {
  return { address, messages, reason, mxHost, replyCode, enhancedCode, replyText };
}

function mostFirst(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
