/**
 * Recipients whom a throttling server put off: how often each has been, and what stands where nothing better comes.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Decision, Recipient } from './batch.js';

interface Deferral {
  readonly times: number;
  /** The latest; its attempts count all. */
  readonly evidence: Evidence;
}

/** Remembers recipients from their first deferral until they are decided. */
export class PutOff {
  readonly #most: number;
  readonly #deferrals = new Map<number, Deferral>();

  /** `most`: how often a recipient is asked again at most. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Puts a recipient off once more; false where it has been often enough. */
  again({ senderId }: Recipient, evidence: Evidence): boolean {
    const before = this.#deferrals.get(senderId);
    const times = (before?.times ?? 0) + 1;
    if (!(times <= this.#most)) return false;
    const attempts = evidence.attempts + (before?.evidence.attempts ?? 0);
    this.#deferrals.set(senderId, { times, evidence: { ...evidence, attempts } });
    return true;
  }

  /** What stands for a recipient that is asked no more: an answer goes before the deferral, a failure does not. */
  conclude({ recipient, evidence }: Decision): Decision {
    const before = this.#deferrals.get(recipient.senderId);
    if (before === undefined) return { recipient, evidence };
    this.#deferrals.delete(recipient.senderId);
    const isAnswer = evidence.event === 'reply' && evidence.attempts > 0;
    if (!isAnswer) return { recipient, evidence: before.evidence };
    return { recipient, evidence: { ...evidence, attempts: evidence.attempts + before.evidence.attempts } };
  }
}
