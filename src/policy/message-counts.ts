/**
 * How many messages came from whom, on their way to the state: written a few senders at a time, since that is dearer than
 * the answer itself.
 */
import type { Clock } from '../clock.js';
import { formatAddress, type Mailbox } from '../senders/address.js';
import type { OpenEndedSurvey, Seen } from '../store/open-ended-survey.js';
import { StateError } from '../store/state-error.js';

/** Senders written together, so that no answer waits for long, and how long after the next are, milliseconds. */
const together = 5;
const pauseMs = 5;
/** How long counts are gathered before that. */
const gatherMs = 5000;
/** Senders that wait at most, some 10 MB. */
const mostWaiting = 20_000;

/** Counts on their way. */
export class MessageCounts {
  readonly #survey: Pick<OpenEndedSurvey, 'count' | 'countAll'>;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  /** Those seen first come first. */
  readonly #seen = new Map<string, Seen>();
  #messages = 0;
  #nullSenders = 0;
  #cancel: (() => void) | null = null;

  constructor(survey: Pick<OpenEndedSurvey, 'count' | 'countAll'>, clock: Clock, warn: (message: string) => void) {
    this.#survey = survey;
    this.#clock = clock;
    this.#warn = warn;
  }

  /** A message came from a sender that is in the state. */
  add(mailbox: Mailbox, wasRefused: boolean): void {
    const address = formatAddress(mailbox);
    const now = this.#clock.now();
    const before = this.#seen.get(address);
    this.#seen.set(address, {
      address,
      domain: mailbox.domain,
      wanted: false,
      messages: (before?.messages ?? 0) + (wasRefused ? 0 : 1),
      rejectedMessages: (before?.rejectedMessages ?? 0) + (wasRefused ? 1 : 0),
      firstSeen: before?.firstSeen ?? now,
      lastSeen: now,
    });
    this.#messages += 1;
    this.#soon();
  }

  /** A message came from the null sender. */
  addNullSender(): void {
    this.#nullSenders += 1;
    this.#soon();
  }

  /** Writes all that waits. */
  flush(): void {
    this.#cancel?.();
    do this.#writeSome();
    while (this.#seen.size > 0);
  }

  #soon(): void {
    if (this.#seen.size > mostWaiting) this.#writeSome();
    this.#cancel ??= this.#clock.after(gatherMs, () => this.#writeOn());
  }

  #writeOn(): void {
    this.#writeSome();
    this.#cancel = this.#seen.size === 0 ? null : this.#clock.after(pauseMs, () => this.#writeOn());
  }

  /** What the state does not take is not counted. */
  #writeSome(): void {
    const [messages, nullSenders] = [this.#messages, this.#nullSenders];
    this.#messages = 0;
    this.#nullSenders = 0;
    let left = together;
    try {
      for (const [address, sender] of this.#seen) {
        if (left-- === 0) break;
        this.#seen.delete(address);
        this.#survey.count(sender);
      }
      this.#survey.countAll({ messages, nullSenders }, this.#clock.now());
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      this.#warn(error.message);
    }
  }
}
