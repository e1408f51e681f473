/**
 * What the planner and the probe say to each other: one session's work, and what came of it. The planner alone
 * decides who is asked when; the probe alone talks.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Mailbox } from '../senders/address.js';

/** One address of one mail exchanger. */
export interface Server {
  /** Name of the exchanger, A-labels in lower case. */
  readonly host: string;
  /** IPv4 or IPv6 address. */
  readonly address: string;
  /** The unit of courtesy it belongs to (see site.ts). */
  readonly site: string;
}

/** A sender to ask about. */
export interface Recipient {
  /** The sender's id in the state. */
  readonly senderId: number;
  readonly mailbox: Mailbox;
}

/** One session's work: ask this server about these recipients. */
export interface Batch {
  readonly server: Server;
  readonly recipients: readonly Recipient[];
  /** Connections already tried for these recipients, this one not counted. */
  readonly attempts: number;
  /** Milliseconds already spent on asking about these recipients. */
  readonly spentMs: number;
}

/** A recipient, and what is known of it now. */
export interface Decision {
  readonly recipient: Recipient;
  readonly evidence: Evidence;
}

/** What came of a batch. */
export interface BatchReport {
  /** Recipients with a decision. */
  readonly results: readonly Decision[];
  /** Recipients not asked, through no fault of their own: the session ended before their turn. They are asked again. */
  readonly unasked: readonly Recipient[];
  /**
   * Set where the server took no part (no connection, or a greeting or EHLO other than 2xx): all recipients are then
   * in `unasked`, and the next server should be tried. Should there be none, this is their evidence.
   */
  readonly moveOn: Evidence | null;
  /**
   * Set where nothing was decided and the same server is to be asked in another way, which takes a new session: all
   * recipients are then in `unasked`. Whoever asks sees to it that this does not go on for ever.
   */
  readonly again?: true;
  /** Domains that were asked about an address that cannot exist, and whether they took it. */
  readonly catchAll?: readonly { readonly domain: string; readonly accepts: boolean }[];
  /** The session, null where no connection came about. */
  readonly session: { readonly startedAt: number; readonly durationMs: number; readonly tls: boolean } | null;
}
