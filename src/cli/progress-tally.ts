/**
 * Counts while a survey goes on: how many senders are done, how fast, and what the rest waits for.
 */
import type { Watched } from '../ask-senders.js';
import type { Verdict } from '../verdict/evidence.js';

/** The rate is that of the last seconds: sites differ too much for the mean since the start to say anything. */
const rateWindowMs = 15_000;

/** How far a survey is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Senders a second, of late. */
  readonly rate: number;
  readonly counts: Readonly<Record<'ok' | 'deferred' | 'rejected' | 'no server', number>>;
  /** The site that more than half of the rest waits for; or, where nobody is asked now, one of those all wait for. */
  readonly tail: { readonly site: string; readonly waiting: number; readonly andOthers: boolean } | null;
  /** How long the site with the most senders waiting takes at least for courtesy, and whether it is slowed down beyond that. */
  readonly courtesy: { readonly leastMs: number; readonly slowed: boolean } | null;
  /** Servers that the whole rest waits for, since it has been asked already. */
  readonly slow: number;
  /** Deferred senders that will be asked again, the next of them in so many milliseconds. */
  readonly again: { readonly senders: number; readonly inMs: number } | null;
}

/** Counts and rates. */
export class ProgressTally {
  #total = 0;
  #done = 0;
  readonly #counts = new Map<Verdict, number>();
  readonly #marks: { at: number; done: number }[] = [];
  readonly #now: () => number;
  #look: (() => Watched) | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Begins with so many senders, some of which need no asking. */
  start(senders: number, alreadyKnown: number): void {
    this.#total = senders;
    this.#done = alreadyKnown;
    this.#marks.push({ at: this.#now(), done: alreadyKnown });
  }

  /** From now on `look` tells what the run is at. */
  watch(look: () => Watched): void {
    this.#look = look;
  }

  /** So many more senders have this verdict; or, `anew`, so many that were counted as deferred have it instead. */
  add(verdict: Verdict, count: number, anew: boolean): void {
    if (anew) this.#counts.set('deferred', (this.#counts.get('deferred') ?? 0) - count);
    else this.#done += count;
    this.#counts.set(verdict, (this.#counts.get(verdict) ?? 0) + count);
  }

  /** So many that were counted with this verdict are to be asked again. */
  withdraw(verdict: Verdict, count: number): void {
    this.add(verdict, -count, false);
  }

  /** How far it is now. The rate is measured from one call to the next. */
  progress(): Progress {
    const of = (...verdicts: Verdict[]): number => verdicts.reduce((sum, v) => sum + (this.#counts.get(v) ?? 0), 0);
    return {
      done: this.#done,
      total: this.#total,
      rate: this.#rate(),
      counts: {
        ok: of('accepted'),
        deferred: of('deferred'),
        rejected: of('rejected'),
        'no server': of('no-answer', 'unreachable', 'undeliverable'),
      },
      ...this.#rest(),
    };
  }

  #rest(): Pick<Progress, 'tail' | 'courtesy' | 'slow' | 'again'> {
    const watched = this.#look?.();
    if (watched === undefined) return { tail: null, courtesy: null, slow: 0, again: null };
    const { sessions, busiest, toAskAgain, nextAgainAt } = watched;
    return {
      tail: busiest === null ? null : this.#tail(busiest, sessions),
      courtesy: busiest && { leastMs: busiest.leastWaitMs, slowed: busiest.slowed },
      slow: busiest === null && toAskAgain === 0 ? sessions : 0,
      again:
        toAskAgain > 0 && nextAgainAt !== null
          ? { senders: toAskAgain, inMs: Math.max(0, nextAgainAt - this.#now()) }
          : null,
    };
  }

  #tail({ site, waiting }: NonNullable<Watched['busiest']>, sessions: number): Progress['tail'] {
    const rest = this.#total - this.#done;
    if (waiting * 2 > rest) return { site, waiting, andOthers: false };
    return sessions === 0 ? { site, waiting: rest, andOthers: true } : null;
  }

  #rate(): number {
    const at = this.#now();
    this.#marks.push({ at, done: this.#done });
    while (this.#marks.length > 2 && at - (this.#marks[0]?.at ?? at) > rateWindowMs) this.#marks.shift();
    const first = this.#marks[0];
    return first === undefined || at === first.at ? 0 : ((this.#done - first.done) * 1000) / (at - first.at);
  }
}
