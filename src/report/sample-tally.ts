/**
 * Counts a sample with the squares of its senders' messages, and estimates from it what all senders would have given.
 */
import type { Evidence, Judgement } from '../verdict/evidence.js';
import type { CountedMail, SurveyInfo } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { estimateShare, type Estimate, type Population, type Sums } from './estimate.js';
import { RefusalTally } from './refusals.js';
import type { Refusals, RejectUnverified, SampleEstimates, Totals } from './summary.js';
import { addToTotals, noTotals } from './totals.js';

/** What a summary has counted without looking at squares. */
export interface Counted {
  readonly totals: Readonly<Totals>;
  readonly messages: Readonly<Totals>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly refused: RejectUnverified;
}

/** Counted of all senders, so that their share is one of all, and not of the checked. */
const ofAll: ReadonlySet<string> = new Set<keyof Totals>(['checked', 'skipped']);

/** The squares of what a summary counts. */
export class SampleTally {
  readonly #squares = noTotals();
  readonly #refusals: RefusalTally;

  constructor(mail: CountedMail) {
    this.#refusals = new RefusalTally(mail);
  }

  /** Counts one sender; `messages` is what it weighs. */
  add(row: SurveyRow, judgement: Judgement | null, messages: number): void {
    addToTotals(this.#squares, messages ** 2, judgement, row.wanted);
    if (row.evidence !== null && judgement !== null) this.#addRefusal(row, row.evidence, judgement, messages);
  }

  #addRefusal(row: SurveyRow, evidence: Evidence, judgement: Judgement, messages: number): void {
    this.#refusals.add(row, evidence, judgement, messages ** 2);
  }

  /** The estimates; null while senders are pending: it is no chance who is asked last, so that the others are no sample. */
  estimates(counted: Counted, survey: SurveyInfo): SampleEstimates | null {
    const { sample } = survey;
    if (sample === null || counted.totals.pending > 0) return null;
    const senders = sharesOf(counted.totals, counted.totals, equally(sample.population));
    const population = populationOf(survey);
    const messages = population && sharesOf(counted.messages, this.#squares, population);
    const [refused, squares] = [counted.refused, this.#refusals.summary()];
    return {
      confidence: 0.95,
      totals: estimateTotals(senders, counted.totals, counted.totals),
      messages: messages && estimateTotals(messages, counted.messages, this.#squares),
      reasons: mapValues(counted.reasons, (count, reason) =>
        senders(count, count, reason.startsWith('skipped/') ? 'all' : 'checked'),
      ),
      whatIf: {
        rejectUnverified: {
          refused: estimateRefusals(senders, messages, refused, squares),
          refusingUs: estimateRefusals(senders, messages, refused.refusingUs, squares.refusingUs),
          putOff: estimateRefusals(senders, messages, refused.putOff, squares.putOff),
          catchAll: estimateRefusals(senders, messages, refused.catchAll, squares.catchAll),
        },
      },
    };
  }
}

type ShareOf = (sum: number, squares: number, whole: 'all' | 'checked') => Estimate | null;

/** Estimates shares of what these totals count. */
function sharesOf(totals: Readonly<Totals>, squares: Readonly<Totals>, population: Population): ShareOf {
  const checked: Sums = { sum: totals.checked, squares: squares.checked };
  const all: Sums = { sum: checked.sum + totals.skipped, squares: checked.squares + squares.skipped };
  return (sum, itsSquares, whole) =>
    estimateShare({ sum, squares: itsSquares }, whole === 'all' ? all : checked, all, population);
}

function estimateTotals(
  share: ShareOf,
  totals: Readonly<Totals>,
  squares: Readonly<Totals>,
): SampleEstimates['totals'] {
  const { pending: _, ...known } = totals;
  return mapValues(known, (sum, total) => share(sum, squares[total], ofAll.has(total) ? 'all' : 'checked'));
}

function estimateRefusals(
  senders: ShareOf,
  messages: ShareOf | null,
  counts: Readonly<Refusals>,
  squares: Readonly<Refusals>,
): SampleEstimates['whatIf']['rejectUnverified']['refused'] {
  return {
    senders: senders(counts.senders, counts.senders, 'checked'),
    messages: messages && messages(counts.messages, squares.messages, 'checked'),
    wantedSenders: senders(counts.wantedSenders, counts.wantedSenders, 'checked'),
    wantedMessages: messages && messages(counts.wantedMessages, squares.wantedMessages, 'checked'),
  };
}

function equally(senders: number): Population {
  return { senders, sum: senders, squares: senders };
}

/** What all senders weigh, which the survey keeps with its settings; null in a survey that did not. */
function populationOf({ sample, settings }: SurveyInfo): Population | null {
  const { sampledFrom } = settings as { readonly sampledFrom?: Partial<Record<string, unknown>> };
  const { messages: sum, squaredMessages: squares } = sampledFrom ?? {};
  if (sample === null || typeof sum !== 'number' || typeof squares !== 'number') return null;
  return { senders: sample.population, sum, squares };
}

function mapValues<K extends string, T, U>(of: Readonly<Record<K, T>>, to: (value: T, key: K) => U): Record<K, U> {
  const entries = Object.entries(of) as [K, T][];
  return Object.fromEntries(entries.map(([key, value]) => [key, to(value, key)])) as Record<K, U>;
}
