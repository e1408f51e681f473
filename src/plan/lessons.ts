/**
 * What is learnt of sites and servers while asking: who is dead, who has no answers, who has enough of us, who does not
 * want us. Whoever is left alone stays so for the rest of a survey, unless the evidence for it turns out to be void.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Decision, Server } from './batch.js';
import type { Conduct } from './conduct.js';
import type { Gate } from './gate.js';
import { Silences } from './silences.js';

/** A site or an address that a connection went to. */
interface Place {
  readonly name: string;
  readonly gate: Gate;
}

/** What is known of all sites, or of all addresses, by name. Only trouble is remembered. */
interface Ledger {
  readonly refusedOnce: Map<string, Evidence>;
  /** Those left alone, and why: the evidence for all who would have asked there. */
  readonly leftAlone: Map<string, Evidence>;
}

type Entry<P extends Place> = readonly [place: P, ledger: Ledger];

/** Learns from each session, slows the gates down or speeds them up, and knows who is left alone. */
export class Lessons {
  readonly #sites: Ledger = { refusedOnce: new Map(), leftAlone: new Map() };
  readonly #addresses: Ledger = { refusedOnce: new Map(), leftAlone: new Map() };
  readonly #silences: Silences;

  /** `sitePauseMs` as in `GateLimits`: half of it before silence is believed. */
  constructor(sitePauseMs: number) {
    this.#silences = new Silences(sitePauseMs / 2);
  }

  /** Forgets all of it: what was so may have changed. */
  forget(): void {
    for (const { refusedOnce, leftAlone } of [this.#sites, this.#addresses]) {
      refusedOnce.clear();
      leftAlone.clear();
    }
    this.#silences.forget();
  }

  /** Whether a server has no answers about a domain, but perhaps about others. */
  isSilentAbout(domain: string, { address }: Server): boolean {
    return this.#silences.isProven(address, domain);
  }

  /** Why a server is left alone; null where it is not. */
  verdictOn({ site, address }: Server): Evidence | null {
    return this.#sites.leftAlone.get(site) ?? this.#addresses.leftAlone.get(address) ?? null;
  }

  /** Whoever is left alone for evidence that does not count after all is asked again, as if it had not been. */
  withdraw(isVoid: (evidence: Evidence) => boolean): void {
    for (const { refusedOnce, leftAlone } of [this.#sites, this.#addresses]) {
      for (const known of [refusedOnce, leftAlone]) {
        for (const [name, evidence] of known) if (isVoid(evidence)) known.delete(name);
      }
    }
  }

  /** Takes in what a session that began at `startedAt` came to. Gives those that are left alone from now on. */
  learn<P extends Place>(
    [site, address]: readonly [P, P],
    conduct: Conduct,
    decisions: readonly Decision[],
    startedAt: number,
    now: number,
  ): P[] {
    if (hasOpened(conduct) && address.gate.slowdown !== null) {
      address.gate.adjust((slowdown) => slowdown.wasReached());
    }
    this.#silences.heard(address.name, decisions);
    const both: readonly Entry<P>[] = [
      [site, this.#sites],
      [address, this.#addresses],
    ];
    const enough = both.filter((entry) => this.#isEnough(entry, conduct, startedAt, now));
    return enough.filter(([place, ledger]) => leaveAlone(place, ledger, conduct)).map(([place]) => place);
  }

  /** Whether a site, or an address, is to be left alone after this. */
  #isEnough([place, ledger]: Entry<Place>, conduct: Conduct, startedAt: number, now: number): boolean {
    switch (conduct.kind) {
      case 'untried':
      case 'unclear':
        return false;
      case 'silent':
        return ledger === this.#addresses && this.#silences.fell(place.name, conduct.domain, startedAt);
      case 'unreached':
        if (ledger === this.#sites) return false;
        return place.gate.adjust((slowdown) => slowdown.wasInVain(startedAt, now));
      case 'unanswered':
        if (ledger === this.#sites) return false;
        // The wait for an answer counts in the time until the second look.
        return place.gate.adjust((slowdown) => slowdown.wasInVain(startedAt, startedAt));
      case 'quiet':
        ledger.refusedOnce.delete(place.name);
        if (place.gate.slowdown !== null) place.gate.adjust((slowdown) => slowdown.wasQuiet(startedAt, now));
        return false;
      case 'throttled':
        return place.gate.adjust((slowdown) => slowdown.complained(conduct.answered, startedAt, now));
      case 'refused':
        return isSecondRefusal(place, ledger, conduct.evidence);
      default:
        return conduct satisfies never;
    }
  }
}

function isSecondRefusal({ name }: Place, { refusedOnce }: Ledger, evidence: Evidence): boolean {
  if (refusedOnce.has(name)) return true;
  refusedOnce.set(name, evidence);
  return false;
}

/** False where it is left alone already. */
function leaveAlone({ name }: Place, { leftAlone }: Ledger, conduct: Conduct): boolean {
  if (!('evidence' in conduct) || leftAlone.has(name)) return false;
  leftAlone.set(name, withoutAsking(conduct.evidence));
  return true;
}

/** The evidence for somebody who is not asked for what others met with. A reply is left in the server's own words. */
export function withoutAsking(evidence: Evidence): Evidence {
  const { event, stage, checkedAt, replyText } = evidence;
  if (event === 'reply') return { ...evidence, attempts: 0, durationMs: 0 };
  const found = stage === 'connect' ? 'not tried again: found dead' : 'not asked again: found without an answer';
  const words = `${found} at ${new Date(checkedAt).toISOString()} (${replyText ?? event})`;
  return { ...evidence, replyText: words, attempts: 0, durationMs: 0 };
}

/** Whether the server greeted us. */
function hasOpened({ kind }: Conduct): boolean {
  return kind !== 'untried' && kind !== 'unreached' && kind !== 'unanswered';
}
