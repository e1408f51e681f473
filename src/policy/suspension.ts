/**
 * Whether to ask anybody for now: not where nobody can be reached, or most sites refuse us. A survey ends there; a service
 * tries again after a while.
 */
import { SafetyWatch, type SafetyStop } from '../plan/safety-stops.js';

/** Watches, and holds until it is lifted. */
export class Suspension {
  readonly #warn: (message: string) => void;
  #watch = new SafetyWatch();
  #active = false;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  get active(): boolean {
    return this.#active;
  }

  /** To be told of what happens. */
  get watch(): SafetyWatch {
    return this.#watch;
  }

  /** Begins it where there is reason to; says so. */
  consider(): void {
    const stop = this.#active ? null : this.#watch.reason(false);
    if (stop === null) return;
    this.#active = true;
    this.#warn(`${describe(stop)}; nobody is asked for up to an hour, who is not known passes`);
  }

  /** Ends it, and begins to watch anew. */
  lift(): void {
    this.#watch = new SafetyWatch();
    this.#active = false;
  }
}

function describe(stop: SafetyStop): string {
  if (stop.kind === 'no-connections') {
    return `none of the ${stop.sites} sites that were tried took a connection; port 25 may be blocked`;
  }
  const lists = stop.blockLists.map(([name]) => name).join(', ');
  return `${stop.refusing} of the ${stop.sites} sites that answered refuse us${lists === '' ? '' : `; they name ${lists}`}`;
}
