/**
 * What becomes certain while something is worked out: who is decided, and which domains are not asked.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Decision, Recipient } from './batch.js';
import type { PutOff } from './put-off.js';

/** Senders of a domain who will not be asked, since their servers are left alone; none of them was loaded. */
export interface Dismissal {
  readonly domainId: number;
  readonly senders: number;
  readonly evidence: Evidence;
}

/** Collects it. */
export class Outcome {
  readonly decided: Decision[] = [];
  readonly dismissed: Dismissal[] = [];
  readonly #putOff: PutOff;

  /** `putOff`: those among whom some may have an answer already, if only a deferral. */
  constructor(putOff: PutOff) {
    this.#putOff = putOff;
  }

  /** These recipients are asked no more: this is the last that came of it. */
  decide(recipients: readonly Recipient[], evidence: Evidence): void {
    for (const recipient of recipients) this.keep([{ recipient, evidence }]);
  }

  keep(decisions: readonly Decision[]): void {
    for (const decision of decisions) this.decided.push(this.#putOff.conclude(decision));
  }
}
