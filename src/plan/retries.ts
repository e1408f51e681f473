/**
 * Senders that were deferred and wait to be asked again, and those whose answer does not count after all. Of each no
 * more is kept than its id and how often it was asked: what it was told is in the state by then.
 */
import type { Evidence } from '../verdict/evidence.js';
import { Fifo } from './fifo.js';

/** How often to ask again, and how long after. */
export interface RetryLimits {
  /** 0 is never. */
  readonly retries: number;
  readonly retryDelayMs: number;
}

/** Senders due at about the same time are kept together: none waits longer than this after it is due. */
const togetherMs = 1000;

interface Wave {
  readonly dueAt: number;
  readonly senderIds: number[];
}

/** What becomes of evidence: whether it replaces what is known, and whether anything was. */
export interface Verdict {
  readonly stands: boolean;
  readonly first: boolean;
}

/** The senders to ask again; the first deferred come first. Times are milliseconds on any clock that never goes back. */
export class Retries {
  readonly #limits: RetryLimits;
  readonly #waves = new Fifo<Wave>();
  #last: Wave | null = null;
  /** Due at once, in no order. */
  #recalled: number[] = [];
  /** How often each was asked again, or is about to be; none for those asked for the first time. */
  readonly #rounds = new Map<number, number>();
  #waiting = 0;

  constructor(limits: RetryLimits) {
    this.#limits = limits;
  }

  /** Whether anybody is ever asked again. */
  get enabled(): boolean {
    return this.#limits.retries > 0;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** When the next are due; null where none waits. */
  get nextAt(): number | null {
    return this.#recalled.length > 0 ? -Infinity : (this.#waves.peek()?.dueAt ?? null);
  }

  /**
   * Takes in what was learnt about a sender, who waits from now on if it was deferred and has retries left. The last
   * answer stands: a retry that got none replaces nothing.
   */
  weigh(senderId: number, evidence: Evidence, now: number): Verdict {
    const round = this.#rounds.get(senderId) ?? 0;
    const isAnswer = evidence.event === 'reply' && evidence.attempts > 0;
    const isOver = isAnswer ? !isDeferral(evidence) : round === 0 || evidence.attempts === 0;
    if (isOver || !(round < this.#limits.retries)) this.#rounds.delete(senderId);
    else this.#wait(senderId, round + 1, now);
    return { stands: round === 0 || isAnswer, first: round === 0 };
  }

  /** The answers of these senders do not count after all: they are due at once, as if for the first time. */
  recall(senderIds: readonly number[]): void {
    for (const senderId of senderIds) this.#rounds.delete(senderId);
    this.#recalled = this.#recalled.concat(senderIds);
    this.#waiting += senderIds.length;
  }

  /** Takes out those that are due, `count` at most. */
  takeDue(now: number, count: number): readonly number[] {
    const due = this.#recalled.splice(-count);
    for (let wave = this.#waves.peek(); wave && wave.dueAt <= now && due.length < count; wave = this.#waves.peek()) {
      due.push(...wave.senderIds.splice(0, count - due.length));
      if (wave.senderIds.length === 0) this.#waves.shift();
      if (wave === this.#last) this.#last = null;
    }
    this.#waiting -= due.length;
    return due;
  }

  #wait(senderId: number, round: number, now: number): void {
    const { retryDelayMs } = this.#limits;
    const step = Math.max(1, Math.min(togetherMs, retryDelayMs / 10));
    const dueAt = Math.ceil((now + retryDelayMs) / step) * step;
    if (this.#last?.dueAt !== dueAt) {
      this.#last = { dueAt, senderIds: [] };
      this.#waves.push(this.#last);
    }
    this.#last.senderIds.push(senderId);
    this.#rounds.set(senderId, round);
    this.#waiting += 1;
  }
}

function isDeferral({ replyCode }: Evidence): boolean {
  return replyCode !== null && replyCode >= 400 && replyCode < 500;
}
