/**
 * What is done about a decision: nothing while observing, and for recipients whose domain is not meant yet.
 */
import { parseDomain } from '../senders/domain.js';
import { actionFor, pass, type Mode } from './action.js';
import type { Decision } from './decide.js';
import { formatAddress } from '../senders/address.js';

/** How bad senders are dealt with, and for whom. */
export interface Enforcement {
  readonly mode: Mode;
  /** Domains of recipients; null is all. */
  readonly forDomains: ReadonlySet<string> | null;
}

/** What the mail server was told to do. */
export type Action = 'none' | Exclude<Mode, 'observe'>;

/** What was done, and how the mail server is told (access(5)). */
export interface Enforced {
  readonly action: Action;
  readonly text: string;
}

const nothing: Enforced = { action: 'none', text: pass };

/** Deals with a decision about mail to this recipient. */
export function enforce(decision: Decision, recipient: string, { mode, forDomains }: Enforcement): Enforced {
  if (decision.kind === 'pass' || mode === 'observe' || !isMeant(recipient, forDomains)) return nothing;
  const { mailbox, evidence, judgement } = decision;
  return { action: mode, text: actionFor(mode, formatAddress(mailbox), evidence, judgement) };
}

function isMeant(recipient: string, domains: Enforcement['forDomains']): boolean {
  if (domains === null) return true;
  const parsed = parseDomain(recipient.slice(recipient.lastIndexOf('@') + 1));
  return parsed.ok && domains.has(parsed.domain);
}
