/**
 * The numbers of a survey, in the shape of the JSON report. All renderers start from this.
 */
import type { Reason } from '../verdict/evidence.js';
import type { CountedMail, InputTotals, Sample } from '../store/survey-info.js';
import type { Estimate } from './estimate.js';

/** Counted once by senders and once by their messages. */
export interface Totals {
  /** A verdict other than skipped and pending. */
  checked: number;
  reachable: number;
  accepted2xx: number;
  deferred4xx: number;
  acceptedOrDeferred: number;
  /** All rejected ones, `refusedUs` among them. */
  rejected5xx: number;
  /** Rejected with the reason refused-us: the reply was about us, not about the address. */
  refusedUs: number;
  noAnswer: number;
  unreachable: number;
  undeliverable: number;
  skipped: number;
  pending: number;
  wantedRejected: number;
}

/** Senders that something would have happened to, and the wanted ones among them. */
export interface Refusals {
  senders: number;
  messages: number;
  wantedSenders: number;
  wantedMessages: number;
}

/** What Postfix's reject_unverified_sender would have refused, and what else it would have done. */
export interface RejectUnverified extends Readonly<Refusals> {
  /** Among the refused: the reply was about us (refused-us, refused-sender), so it is no evidence against the sender. */
  readonly refusingUs: Readonly<Refusals>;
  /** Not refused, but put off (4xx) until the check can tell: 4xx, no answer, no connection, a 5xx greeting. */
  readonly putOff: Readonly<Refusals>;
  /** Let in, though their domains take any address, so that nothing is proved. */
  readonly catchAll: Readonly<Refusals>;
  /** In order; empty where the inputs have no times. */
  readonly byDay: readonly RefusalDay[];
  /** Refused senders, and messages of refused ones, that belong to no day, since the inputs have no times for them. */
  readonly undatedSenders: number;
  readonly undatedMessages: number;
}

/** One day of refusals. */
export interface RefusalDay {
  /** `2026-11-16`, UTC. */
  readonly day: string;
  /** Checked senders that were first seen on that day. */
  readonly newSenders: number;
  /** The refused among these; and among the refused the wanted, and those whose servers refuse us. */
  readonly refusedSenders: number;
  readonly wantedSenders: number;
  readonly refusingUsSenders: number;
  /** Those that were put off. */
  readonly putOffSenders: number;
  /** Of all refused senders, whenever first seen: between the two where the day of each message is not known. */
  readonly refusedMessages: { readonly least: number; readonly most: number };
}

/** The answers of one site and how long it took: median and 95th percentile over its senders. */
export interface SiteSummary {
  readonly site: string;
  readonly senders: number;
  readonly accepted2xx: number;
  readonly deferred4xx: number;
  readonly rejected5xx: number;
  readonly noAnswer: number;
  readonly unreachable: number;
  readonly sessions: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** A sender we want mail from whose server rejected it, with the server's own words. */
export interface RejectedSender {
  readonly address: string;
  readonly messages: number;
  readonly reason: Reason;
  readonly mxHost: string | null;
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  readonly replyText: string | null;
}

/** A random sample, and what it tells of all senders that it was drawn from. */
export interface SampleSummary extends Sample {
  /** Null while senders of the sample are pending. */
  readonly estimates: SampleEstimates | null;
}

/**
 * Shares with 95 % intervals, under the names of the totals: of the checked, but for `checked` and what was skipped, which
 * are shares of all. Null where nothing was checked.
 */
export interface SampleEstimates {
  readonly confidence: 0.95;
  readonly totals: EstimatedTotals;
  /** Null in a state that does not tell how many messages there were in all. */
  readonly messages: EstimatedTotals | null;
  readonly reasons: Readonly<Record<string, Estimate | null>>;
  readonly whatIf: {
    readonly rejectUnverified: Readonly<
      Record<'refused' | 'refusingUs' | 'putOff' | 'catchAll', Readonly<Record<keyof Refusals, Estimate | null>>>
    >;
  };
}

type EstimatedTotals = Readonly<Record<Exclude<keyof Totals, 'pending'>, Estimate | null>>;

/** A survey in numbers. Times are ISO 8601 UTC. */
export interface Summary {
  readonly schema: 1;
  readonly survey: {
    readonly started: string;
    /** Null while it runs, or if it was killed. */
    readonly finished: string | null;
    readonly complete: boolean;
    readonly concurrency: number;
    /** Which messages are counted: those our server accepted, those it rejected, or all. */
    readonly mail: CountedMail;
    readonly sample: SampleSummary | null;
    /** The version of the rules that gave the reasons; other ones may judge the same evidence otherwise. */
    readonly rules: number;
  };
  readonly input: InputTotals;
  readonly totals: Readonly<Totals>;
  readonly messages: Readonly<Totals>;
  /** Senders by `verdict/reason`, most first; only what occurs. */
  readonly reasons: Readonly<Record<string, number>>;
  /** `rejectUnverified`: what Postfix's reject_unverified_sender would have refused. */
  readonly whatIf: { readonly rejectUnverified: RejectUnverified };
  /** Most senders first. */
  readonly sites: readonly SiteSummary[];
  /** Senders by the worker that asked about them, most first; empty where there were no workers. */
  readonly probers: Readonly<Record<string, number>>;
  /** Most messages first. */
  readonly wantedRejected: readonly RejectedSender[];
}
