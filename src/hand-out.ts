/**
 * Hands out the senders of a survey to be asked, by domain and a few at a time: first those to be asked again, then
 * those not asked yet. Of a domain being handed out no more is kept than where it has come to.
 */
import type { LoadRecipients, Recipient } from './plan/planner.js';
import { parseAddress, type Mailbox } from './senders/address.js';
import { StateError } from './store/state-error.js';
import type { State } from './store/state.js';

interface Domain {
  /** Senders announced and not handed out yet. */
  left: number;
  /** The id of the last one handed out of those not asked before. */
  after: number;
  /** Ids of those to be asked again. */
  readonly again: number[];
}

/** The way from the planner to the senders in the state. */
export class HandOut {
  readonly #surveyId: number;
  readonly #state: Pick<State, 'pendingSenders' | 'senders'>;
  readonly #domains = new Map<number, Domain>();

  constructor(surveyId: number, state: Pick<State, 'pendingSenders' | 'senders'>) {
    this.#surveyId = surveyId;
    this.#state = state;
  }

  /** Announces the pending senders of a domain, so many; once. */
  announce(domainId: number, senders: number): void {
    this.#domain(domainId).left += senders;
  }

  /** Announces senders of a domain who are to be asked again. */
  announceAgain(domainId: number, senderIds: readonly number[]): void {
    const domain = this.#domain(domainId);
    domain.left += senderIds.length;
    domain.again.push(...senderIds);
  }

  /** Gives the next senders of a domain that were announced and not given yet, `count` at most. */
  readonly next: LoadRecipients = (domainId, count) => {
    const domain = this.#domain(domainId);
    const again = this.#state.senders(domain.again.splice(0, count));
    const fresh = this.#fresh(domainId, domain, Math.min(count, domain.left) - again.length);
    const page = [...again, ...fresh];
    domain.left -= page.length;
    if (domain.left <= 0 || page.length === 0) this.#domains.delete(domainId);
    return page.map(toRecipient);
  };

  #fresh(domainId: number, domain: Domain, count: number): ReturnType<State['pendingSenders']> {
    if (count <= 0) return [];
    const page = this.#state.pendingSenders(this.#surveyId, domainId, domain.after, count);
    domain.after = page.at(-1)?.senderId ?? domain.after;
    return page;
  }

  #domain(domainId: number): Domain {
    const known = this.#domains.get(domainId) ?? { left: 0, after: 0, again: [] };
    this.#domains.set(domainId, known);
    return known;
  }
}

function toRecipient({ senderId, address }: { readonly senderId: number; readonly address: string }): Recipient {
  return { senderId, mailbox: mailboxOf(address) };
}

/** Addresses in the state are canonical: that one does not parse means that the state was changed by hand. */
function mailboxOf(address: string): Mailbox {
  const parsed = parseAddress(address);
  if (!parsed.ok) throw new StateError(`the state holds ${address}, which is no address: ${parsed.why}`);
  return parsed.mailbox;
}
