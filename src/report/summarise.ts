/**
 * Counts a survey: one pass over its senders, each judged by today's rules. What is kept grows with the number of
 * sites and of wanted senders that were rejected, not with the number of senders.
 */
import type { Evidence, Judgement } from '../verdict/evidence.js';
import { rulesVersion } from '../verdict/judge.js';
import type { CountedMail, SurveyInfo } from '../store/survey-info.js';
import type { SiteTimes, SurveyRow } from '../store/survey-rows.js';
import { messagesOf } from './messages-of.js';
import { RefusalTally } from './refusals.js';
import { SampleTally, type Counted } from './sample-tally.js';
import { SiteTally } from './site-tally.js';
import type { RejectedSender, SampleEstimates, Summary } from './summary.js';
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
  const tally = new Tally(survey);
  for (const row of rows) tally.add(row, row.evidence && judge(row.evidence, row.address));
  const reasons = mostFirst(tally.reasons);
  const refused = tally.refusals.summary();
  return {
    schema: 1,
    survey: {
      started: new Date(survey.startedAt).toISOString(),
      finished: survey.finishedAt === null ? null : new Date(survey.finishedAt).toISOString(),
      complete: survey.complete,
      concurrency: survey.concurrency,
      mail: survey.mail,
      sample: survey.sample && { ...survey.sample, estimates: tally.estimates({ reasons, refused }, survey) },
      rules: rulesVersion,
    },
    input: survey.inputTotals,
    totals: tally.totals,
    messages: tally.messages,
    reasons,
    whatIf: { rejectUnverified: refused },
    sites: tally.sites.summaries(siteTimes),
    probers: mostFirst(tally.probers),
    wantedRejected: tally.wantedRejected.toSorted((a, b) => b.messages - a.messages),
  };
}

class Tally {
  readonly totals = noTotals();
  readonly messages = noTotals();
  readonly reasons = new Map<string, number>();
  readonly probers = new Map<string, number>();
  readonly refusals: RefusalTally;
  readonly wantedRejected: RejectedSender[] = [];
  readonly sites = new SiteTally();
  readonly #mail: CountedMail;
  readonly #sample: SampleTally | null;

  constructor({ mail, sample }: SurveyInfo) {
    this.#mail = mail;
    this.#sample = sample && new SampleTally(mail);
    this.refusals = new RefusalTally(mail);
  }

  add(row: SurveyRow, judgement: Judgement | null): void {
    const messages = messagesOf[this.#mail](row);
    addToTotals(this.totals, 1, judgement, row.wanted);
    addToTotals(this.messages, messages, judgement, row.wanted);
    this.#sample?.add(row, judgement, messages);
    if (row.evidence === null || judgement === null) return;
    count(this.reasons, `${judgement.verdict}/${judgement.reason}`);
    if (row.evidence.prober !== undefined) count(this.probers, row.evidence.prober);
    this.sites.add(row.evidence.site, judgement.verdict);
    this.refusals.add(row, row.evidence, judgement, messages);
    if (row.wanted && judgement.verdict === 'rejected') {
      this.wantedRejected.push(toRejectedSender(row, row.evidence, judgement, messages));
    }
  }

  /** What the sample tells of all; null where there is none. */
  estimates(counted: Pick<Counted, 'reasons' | 'refused'>, survey: SurveyInfo): SampleEstimates | null {
    return this.#sample && this.#sample.estimates({ ...counted, totals: this.totals, messages: this.messages }, survey);
  }
}

function toRejectedSender(
  { address }: SurveyRow,
  { mxHost, replyCode, enhancedCode, replyText }: Evidence,
  { reason }: Judgement,
  messages: number,
): RejectedSender {
  return { address, messages, reason, mxHost, replyCode, enhancedCode, replyText };
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function mostFirst(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
