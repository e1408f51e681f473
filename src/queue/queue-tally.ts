/**
 * Entries of the mail queue → how many wait, how many of them are bounces, and what is known of those who are to get the bounces:
 * the senders of the mail that bounced.
 */
import type { QueueEntry, QueueListener } from '../logs/formats/queue-listener.js';
import { parseAddress, type Mailbox } from '../senders/address.js';
import type { BounceFate, QueueDomain, QueueTotals } from './queue-summary.js';

/** What is known of an address; `unknown` where nobody was asked. */
export type Know = (mailbox: Mailbox) => BounceFate;

/** The better ones come first: a bounce that one of its recipients may take is not lost. */
const fates = ['valid', 'unknown', 'undecided', 'invalid'] as const satisfies BounceFate[];

interface DomainCounts {
  bounces: number;
  invalid: number;
}

/** Counts each entry once, though it may stand in several listings; call `end` after the last. */
export class QueueTally implements QueueListener {
  readonly totals: { -readonly [Name in keyof QueueTotals]: QueueTotals[Name] } = {
    messages: 0,
    recipients: 0,
    bounces: 0,
    bounceRecipients: 0,
    malformed: 0,
  };
  readonly fates: Record<BounceFate, number> = { valid: 0, unknown: 0, undecided: 0, invalid: 0 };
  /** Of the message that has waited longest, seconds; null where no listing says. */
  oldestSeconds: number | null = null;
  readonly #know: Know;
  readonly #seen = new Set<string>();
  readonly #domains = new Map<string, DomainCounts>();
  /** When the listing being read was made, seconds since 1970 UTC. */
  #listed = 0;
  #isNew = false;
  /** The bounce being read: what is known of its recipients, by their domains. */
  #bounce: Map<string, BounceFate> | null = null;

  constructor(know: Know) {
    this.#know = know;
  }

  /** To be called before each listing with when it was made, seconds since 1970 UTC. */
  begin(listed: number): void {
    this.end();
    this.#listed = listed;
  }

  entry({ id, isBounce, arrived, waited }: QueueEntry): void {
    this.end();
    const key = `${id} ${arrived}`;
    this.#isNew = !this.#seen.has(key);
    if (!this.#isNew) return;
    this.#seen.add(key);
    this.totals.messages += 1;
    if (arrived > 0 || waited !== null) {
      const seconds = waited ?? Math.max(0, this.#listed - arrived);
      this.oldestSeconds = Math.max(this.oldestSeconds ?? 0, seconds);
    }
    if (!isBounce) return;
    this.totals.bounces += 1;
    this.#bounce = new Map();
  }

  recipient(address: Buffer, isCut: boolean): void {
    if (!this.#isNew) return;
    this.totals.recipients += 1;
    if (this.#bounce === null) return;
    this.totals.bounceRecipients += 1;
    const parsed = isCut ? null : parseAddress(address.toString('utf8'));
    const mailbox = parsed?.ok === true ? parsed.mailbox : null;
    const domain = mailbox?.domain ?? '';
    this.#bounce.set(domain, better(mailbox === null ? 'unknown' : this.#know(mailbox), this.#bounce.get(domain)));
  }

  malformed(): void {
    this.totals.malformed += 1;
  }

  /** Counts the entry told last. */
  end(): void {
    const bounce = this.#bounce;
    this.#bounce = null;
    this.#isNew = false;
    if (bounce === null) return;
    let best: BounceFate | undefined;
    for (const fate of bounce.values()) best = better(fate, best);
    this.fates[best ?? 'unknown'] += 1;
    for (const [domain, fate] of bounce) this.#countDomain(domain, fate);
  }

  /** The domains that bounces are to go to, those with most bounces first. */
  domains(): QueueDomain[] {
    const domains = [...this.#domains].map(([domain, counts]) => ({ domain, ...counts }));
    return domains.toSorted((a, b) => b.bounces - a.bounces || (a.domain < b.domain ? -1 : 1));
  }

  #countDomain(domain: string, fate: BounceFate): void {
    if (domain === '') return;
    const counts = this.#domains.get(domain) ?? { bounces: 0, invalid: 0 };
    this.#domains.set(domain, counts);
    counts.bounces += 1;
    if (fate === 'invalid') counts.invalid += 1;
  }
}

function better(a: BounceFate, b: BounceFate | undefined): BounceFate {
  return b === undefined || fates.indexOf(a) < fates.indexOf(b) ? a : b;
}
