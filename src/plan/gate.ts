/**
 * What courtesy allows towards one site or one server: so many sessions at once, so many new connections in any
 * 60 seconds.
 */

/** The width of the window in which new connections are counted, milliseconds. */
export const rateWindowMs = 60_000;

/** What a gate lets through. */
export interface GateLimits {
  /** Sessions open at once to one site, and to one server; at least 1. */
  readonly siteSessions: number;
  /** New connections a minute to one site, and to one server; 0 is no limit. */
  readonly siteRate: number;
}

/** Counts the connections to one site or one server. */
export class Gate {
  #sessions = 0;
  /** When the latest connections began, at most `siteRate` of them, oldest first. */
  readonly #starts: number[] = [];
  readonly #limits: GateLimits;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** From when on a connection may begin: -Infinity if at any time, Infinity if only after another session's end. */
  opensAt(): number {
    if (this.#sessions >= this.#limits.siteSessions) return Infinity;
    const [oldest] = this.#starts;
    if (oldest === undefined || this.#starts.length < this.#limits.siteRate) return -Infinity;
    return oldest + rateWindowMs;
  }

  /** Whether nothing that happened before `now` matters any more. */
  forgettable(now: number): boolean {
    return this.#sessions === 0 && now - (this.#starts.at(-1) ?? -Infinity) >= rateWindowMs;
  }

  /** A connection begins. */
  begin(now: number): void {
    this.#sessions += 1;
    if (this.#limits.siteRate === 0) return;
    this.#starts.push(now);
    if (this.#starts.length > this.#limits.siteRate) this.#starts.shift();
  }

  /** A connection, or the try at one, is over. */
  end(): void {
    this.#sessions -= 1;
  }
}
