/**
 * How to ask, and what asking needs from the world around it.
 */
import type { Connector } from './smtp/connect.js';
import type { ServerMemory } from './server-memory.js';
import type { TraceListeners } from './trace.js';

/** How mail servers are asked; CONTRACT's options in the units used here. */
export interface ProbeSettings {
  /** Our name in EHLO and HELO: a domain name, or an address literal in brackets. */
  readonly helo: string;
  /** Envelope sender of the probes, printable ASCII; the empty string is the null reverse-path `<>`. */
  readonly mailFrom: string;
  readonly port: number;
  /** `on-demand`: STARTTLS only where the server insists; `opportunistic`: wherever it is offered. */
  readonly tls: 'on-demand' | 'opportunistic' | 'never';
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  /** Time for one recipient over all its attempts. */
  readonly senderTimeoutMs: number;
  /** Whether to ask each accepting domain about an address that cannot exist as well. */
  readonly catchAll: boolean;
  /** Addresses asked about in one session at most, that one included. */
  readonly sessionRecipients: number;
  /** Our own address to connect from; null leaves it to the system. */
  readonly sourceAddress: string | null;
}

/** What asking needs, injected. */
export interface ProbeDependencies extends TraceListeners {
  readonly connect: Connector;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Whether this IP address must not be connected to. */
  readonly isForbidden: (address: string) => boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Shared by the sessions of a run. */
  readonly memory: ServerMemory;
}
