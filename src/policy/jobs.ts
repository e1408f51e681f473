/**
 * The senders being asked about, each once, and who waits for the answer.
 */
import { formatAddress, type Mailbox } from '../senders/address.js';
import type { Place } from '../store/open-ended-survey.js';
import type { Evidence } from '../verdict/evidence.js';
import type { Limit } from './probe-limits.js';

/** What kept a sender from being asked about. */
export type Hindrance = Limit | 'overload' | 'suspended' | 'error';

/** What came of it: evidence, or what kept us from asking. */
export type Answer = { readonly evidence: Evidence } | { readonly passedFor: Hindrance };

/** Whether new evidence is to replace what is known. */
export type Stands = (evidence: Evidence) => boolean;

/** A sender being asked about. */
export interface Job extends Place {
  readonly mailbox: Mailbox;
  readonly stands: Stands;
  readonly answer: Promise<Answer>;
  readonly settle: (answer: Answer) => void;
}

/** All of them. */
export class Jobs {
  readonly #byAddress = new Map<string, Job>();
  readonly #byId = new Map<number, Job>();

  get size(): number {
    return this.#byAddress.size;
  }

  about(address: string): Job | undefined {
    return this.#byAddress.get(address);
  }

  of(senderId: number): Job | undefined {
    return this.#byId.get(senderId);
  }

  add(mailbox: Mailbox, place: Place, stands: Stands): Job {
    let settle: Job['settle'] = () => {};
    const answer = new Promise<Answer>((resolve) => (settle = resolve));
    const job = { ...place, mailbox, stands, answer, settle };
    this.#byAddress.set(formatAddress(mailbox), job);
    this.#byId.set(job.senderId, job);
    return job;
  }

  /** The answer is there, or will never be. */
  end(job: Job, answer: Answer): void {
    this.#byAddress.delete(formatAddress(job.mailbox));
    this.#byId.delete(job.senderId);
    job.settle(answer);
  }

  /** Nobody waits any longer; what still comes is known by its id. */
  tellAll(answer: Answer): void {
    for (const job of this.#byAddress.values()) job.settle(answer);
  }
}
