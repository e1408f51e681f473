/**
 * One try at one server for some recipients, and what the tries before it came to. Servers that take no part are
 * failed over from, within limits like those of Postfix (smtp_mx_address_limit 5, smtp_mx_session_limit 2).
 */
import { stages, type Evidence } from '../verdict/evidence.js';
import type { Batch, Recipient, Server } from './batch.js';
import type { Lane, Route } from './lane.js';
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
  /** Servers of the route. */
  readonly tried: number;
  readonly sessions: number;
  /** As in `Batch`. */
  readonly attempts: number;
  readonly spentMs: number;
  /** The best of them; null before the first. */
  readonly evidence: Evidence | null;
}

/** Recipients to be asked at the next server of their route. */
export class Attempt implements Work {
  readonly urgent = true;
  readonly lane: Lane;
  readonly recipients: readonly Recipient[];
  readonly server: Server;
  readonly #route: Route;
  readonly #history: History;

  private constructor(lane: Lane, route: Route, recipients: readonly Recipient[], server: Server, history: History) {
    this.lane = lane;
    this.recipients = recipients;
    this.server = server;
    this.#route = route;
    this.#history = history;
  }

  /** The first try for recipients taken from a lane. */
  static first(lane: Lane, recipients: readonly Recipient[]): Attempt {
    const history = { tried: 0, sessions: 0, attempts: 0, spentMs: 0, evidence: null };
    return new Attempt(lane, lane.route, recipients, lane.server, history);
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
  failed(failure: Evidence, connected: boolean, limits: FailoverLimits): Attempt | Evidence {
    const { attempts, durationMs: spentMs } = failure;
    const tried = this.#history.tried + 1;
    const sessions = this.#history.sessions + (connected ? 1 : 0);
    const evidence = better(this.#history.evidence, failure);
    const server = sessions < limits.maxSessions ? this.#route[tried] : undefined;
    if (server === undefined) return { ...evidence, attempts, durationMs: spentMs };
    return new Attempt(this.lane, this.#route, this.recipients, server, {
      tried,
      sessions,
      attempts,
      spentMs,
      evidence,
    });
  }
}

/** What to tell people of: a server that was reached goes before one that was not, then the first. */
function better(before: Evidence | null, now: Evidence): Evidence {
  return before !== null && (hasConnected(before) || !hasConnected(now)) ? before : now;
}

function hasConnected({ stage }: Evidence): boolean {
  return stage !== null && stages.indexOf(stage) >= stages.indexOf('greeting');
}
