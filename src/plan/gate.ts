/**
 * What courtesy allows towards one site or one server: so many sessions at once, so many new connections in any
 * minute, and less where it complained.
 */
import { Slowdown } from './slowdown.js';

/**
 * The width of the window in which new connections are counted, milliseconds. A second more than the minute promised:
 * servers count when connections arrive, which a busy machine and the network delay unevenly.
 */
export const rateWindowMs = 61_000;

/** What a gate lets through. */
export interface GateLimits {
  /** Sessions open at once to one site, and to one server; at least 1. */
  readonly siteSessions: number;
  /** New connections a minute to one site, and to one server; 0 is no limit. */
  readonly siteRate: number;
  /** The pause after the first complaint of a site, milliseconds (see slowdown.ts). */
  readonly sitePauseMs: number;
}

/** Counts the connections to one site or one server. */
export class Gate {
  #sessions = 0;
  /** When the latest connections began, at most `siteRate` of them, oldest first. */
  readonly #starts: number[] = [];
  readonly #limits: GateLimits;
  #slowdown: Slowdown | null = null;

  /** `slowdown`: as another gate to the same site or server had it. */
  constructor(limits: GateLimits, slowdown: Slowdown | null = null) {
    this.#limits = limits;
    this.#slowdown = slowdown;
  }

  /** From when on a connection may begin: -Infinity if at any time, Infinity if only after another session's end. */
  opensAt(): number {
    if (this.#sessions >= (this.#slowdown === null ? this.#limits.siteSessions : 1)) return Infinity;
    return Math.max(this.#rateAllowsAt(), this.#slowdown?.notBefore ?? -Infinity);
  }

  /** How long it takes at least until the last of so many more connections may begin, milliseconds. */
  leastWait(connections: number, now: number): number {
    const { siteRate } = this.#limits;
    const pause = Math.max(0, (this.#slowdown?.notBefore ?? -Infinity) - now);
    if (siteRate === 0) return pause;
    // The last of them follows the start whose place in the window it takes.
    const free = siteRate - this.#starts.length;
    const before = this.#starts[((connections - 1) % siteRate) - free] ?? -Infinity;
    const windows = Math.floor((connections - 1) / siteRate);
    return Math.max(pause, before + rateWindowMs - now) + windows * rateWindowMs;
  }

  /** Sessions open, or being opened. */
  get sessions(): number {
    return this.#sessions;
  }

  /** How much more slowly than the limits allow it is asked; null where it is not. */
  get slowdown(): Slowdown | null {
    return this.#slowdown;
  }

  /** Changes how much more slowly; gives what `change` gives. */
  adjust<T>(change: (slowdown: Slowdown) => T): T {
    const slowdown = this.#slowdown ?? new Slowdown(this.#limits.sitePauseMs);
    const outcome = change(slowdown);
    this.#slowdown = slowdown.active ? slowdown : null;
    return outcome;
  }

  /** Whether nothing that happened before `now` matters any more, but for the slowdown. */
  forgettable(now: number): boolean {
    if (this.#sessions > 0 || now < (this.#slowdown?.notBefore ?? -Infinity)) return false;
    return now - (this.#starts.at(-1) ?? -Infinity) >= rateWindowMs;
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

  #rateAllowsAt(): number {
    const [oldest] = this.#starts;
    if (oldest === undefined || this.#starts.length < this.#limits.siteRate) return -Infinity;
    return oldest + rateWindowMs;
  }
}
