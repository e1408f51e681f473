/**
 * One try at one server for some recipients, and what the tries before it came to. Servers that take no part are
 * failed over from, within limits like those of Postfix (smtp_mx_address_limit 5, smtp_mx_session_limit 2).
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Batch, Recipient } from './batch.js';
import type { Lane } from './lane.js';
import { beginningWith, better, firstOpen, type Bar, type RankedServer, type Route } from './route.js';
import type { Work } from './station.js';

/** How far to go for the recipients of a batch. */
export interface FailoverLimits {
  /** Addresses tried at most. */
  readonly maxAddresses: number;
  /** Sessions opened at most: connections that came about, whatever was said in them. */
  readonly maxSessions: number;
}

/** What the tries before came to. */
interface History {
  readonly sessions: number;
  /** As in `Batch`. */
  readonly attempts: number;
  readonly spentMs: number;
  /** The best of them, and of what is known of servers passed over; null before the first. */
  readonly evidence: Evidence | null;
}

const nothingTried: History = { sessions: 0, attempts: 0, spentMs: 0, evidence: null };

/** Recipients to be asked at the next server of their route. */
export class Attempt implements Work {
  readonly urgent = true;
  readonly lane: Lane;
  readonly recipients: readonly Recipient[];
  readonly server: RankedServer;
  readonly #route: Route;
  readonly #index: number;
  readonly #history: History;

  private constructor(lane: Lane, recipients: readonly Recipient[], route: Route, index: number, history: History) {
    this.lane = lane;
    this.recipients = recipients;
    this.server = route[index] ?? route[0];
    this.#route = route;
    this.#index = index;
    this.#history = history;
  }

  /** The first try for recipients taken from a lane, at one of its servers; the others follow in their order. */
  static first(lane: Lane, recipients: readonly Recipient[], server: RankedServer): Attempt {
    return new Attempt(lane, recipients, beginningWith(server, lane.route), 0, nothingTried);
  }

  get servers(): readonly [RankedServer] {
    return [this.server];
  }

  get waiting(): number {
    return this.recipients.length;
  }

  /** The session's work. */
  batch(): Batch {
    const { attempts, spentMs } = this.#history;
    return { server: this.server, recipients: this.recipients, attempts, spentMs };
  }

  /**
   * The server took no part, as the evidence says, which counts in what was tried and spent before; `connected` tells
   * whether a session came about. Gives the next try, or the evidence to record where there is none.
   */
  failed(failure: Evidence, connected: boolean, limits: FailoverLimits, bar: Bar): Attempt | Evidence {
    const { attempts, durationMs: spentMs } = failure;
    const sessions = this.#history.sessions + (connected ? 1 : 0);
    const evidence = better(this.#history.evidence, failure);
    if (sessions >= limits.maxSessions) return { ...evidence, attempts, durationMs: spentMs };
    return this.#goOn(this.#index + 1, { sessions, attempts, spentMs, evidence }, evidence, bar);
  }

  /** The server is barred by now, as the evidence says, and was not tried. Gives the same as `failed`. */
  reroute(barred: Evidence, bar: Bar): Attempt | Evidence {
    return this.#goOn(this.#index + 1, this.#history, better(this.#history.evidence, barred), bar);
  }

  #goOn(from: number, history: History, best: Evidence, bar: Bar): Attempt | Evidence {
    const { server, evidence } = firstOpen(this.#route.slice(from), bar, best);
    if (server === null) return { ...evidence, attempts: history.attempts, durationMs: history.spentMs };
    const index = this.#route.indexOf(server, from);
    return new Attempt(this.lane, this.recipients, this.#route, index, { ...history, evidence });
  }
}
