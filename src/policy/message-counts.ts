/**
 * How many messages came from whom, on their way to the state: written a few senders at a time, since that is dearer than
 * the answer itself.
 */
import type { Clock } from '../clock.js';
import { formatAddress, type Mailbox } from '../senders/address.js';
import type { OpenEndedSurvey, Seen } from '../store/open-ended-survey.js';
import { StateError } from '../store/state-error.js';

/** Senders written together: about a millisecond's work. */
const together = 32;
/** How long a count waits at most, milliseconds. */
const longestWaitMs = 1000;

/** Counts on their way. */
export class MessageCounts {
  readonly #survey: Pick<OpenEndedSurvey, 'count' | 'countAll'>;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #seen = new Map<string, Seen>();
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

  /** Writes what waits. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const [seen, messages, nullSenders] = [this.#seen, this.#messages, this.#nullSenders];
    this.#seen = new Map();
    this.#messages = 0;
    this.#nullSenders = 0;
    try {
      for (const sender of seen.values()) this.#survey.count(sender);
      this.#survey.countAll({ messages, nullSenders }, this.#clock.now());
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      this.#warn(error.message);
    }
  }

  #soon(): void {
    if (this.#seen.size >= together) this.flush();
    else this.#cancel ??= this.#clock.after(longestWaitMs, () => this.flush());
  }
}
