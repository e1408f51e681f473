/**
 * The numbers of a survey, in the shape of the JSON report. All renderers start from this.
 */
import type { Reason } from '../verdict/evidence.js';
import type { CountedMail, InputTotals, Sample } from '../store/survey-info.js';

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

/** What refusing senders would have cost. */
export interface Refusals {
  senders: number;
  messages: number;
  wantedSenders: number;
  wantedMessages: number;
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
    readonly sample: Sample | null;
  };
  readonly input: InputTotals;
  readonly totals: Readonly<Totals>;
  readonly messages: Readonly<Totals>;
  /** Senders by `verdict/reason`, most first; only what occurs. */
  readonly reasons: Readonly<Record<string, number>>;
  /** `rejectUnverified`: what Postfix's reject_unverified_sender would have refused. */
  readonly whatIf: { readonly rejectUnverified: Readonly<Refusals> };
  /** Most senders first. */
  readonly sites: readonly SiteSummary[];
  /** Most messages first. */
  readonly wantedRejected: readonly RejectedSender[];
}
