/**
 * From a request to a decision: who passes without a look, what the state knows, whom to ask about now, and what to make
 * of the answer. Whatever goes wrong on the way, the mail passes.
 */
import type { Clock } from '../clock.js';
import { formatAddress, parseAddress, type Mailbox } from '../senders/address.js';
import type { AddressSet } from '../senders/address-set.js';
import type { Known, OpenEndedSurvey } from '../store/open-ended-survey.js';
import { StateError } from '../store/state-error.js';
import type { Evidence, Judgement } from '../verdict/evidence.js';
import { standingOf, type Standing } from '../verdict/standing.js';
import type { Answer, Hindrance } from './jobs.js';
import type { LiveProbes } from './live-probes.js';
import type { PolicyRequest } from './request.js';
import { freshnessOf, replaces } from './freshness.js';

/** Why mail passes. */
export const passes = [
  'good',
  'undecided',
  'null-sender',
  'own-user',
  'wanted',
  'skipped',
  'bad-syntax',
  'too-late',
  'client-limit',
  'domain-limit',
  'total-limit',
  'site-limit',
  'overload',
  'suspended',
  'error',
] as const;
export type Pass = (typeof passes)[number];

/** What is made of a request. */
export type Decision =
  | { readonly kind: 'pass'; readonly why: Pass; readonly mailbox: Mailbox | null }
  | {
      readonly kind: 'bad';
      readonly mailbox: Mailbox;
      readonly evidence: Evidence;
      readonly judgement: Judgement;
    };

/** What may change while the service runs. */
export interface DecisionRules {
  readonly wanted: AddressSet;
  readonly skip: AddressSet;
  /** How long an answer may take, milliseconds. */
  readonly answerTimeoutMs: number;
}

export interface DeciderParts {
  readonly survey: Pick<OpenEndedSurvey, 'find' | 'isWanted'>;
  readonly live: Pick<LiveProbes, 'ask'>;
  readonly judge: (evidence: Evidence, address: string) => Judgement;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** A sender as it is looked at. */
interface Look {
  readonly mailbox: Mailbox;
  readonly address: string;
  /** What the state has of it. */
  readonly known: (Known & { readonly judgement: Judgement; readonly standing: Standing }) | null;
}

/** Decides on requests. */
export class Decider {
  readonly #parts: DeciderParts;
  #rules: DecisionRules;

  constructor(parts: DeciderParts, rules: DecisionRules) {
    this.#parts = parts;
    this.#rules = rules;
  }

  /** Other rules hold from now on. */
  set rules(rules: DecisionRules) {
    this.#rules = rules;
  }

  /** Decides at once where it can. Never rejects, but on bugs. */
  decide(request: PolicyRequest): Decision | Promise<Decision> {
    if (request.sender === '') return pass('null-sender', null);
    if (request.sasl_username !== '') return pass('own-user', null);
    const parsed = parseAddress(request.sender);
    if (!parsed.ok) return pass('bad-syntax', null);
    const { mailbox } = parsed;
    if (this.#rules.skip.has(mailbox)) return pass('skipped', mailbox);
    if (this.#rules.wanted.has(mailbox)) return pass('wanted', mailbox);
    try {
      const decision = this.#decideBy(this.#look(mailbox), request.client_address);
      return decision instanceof Promise ? decision.catch((error: unknown) => this.#passOn(error, mailbox)) : decision;
    } catch (error) {
      return this.#passOn(error, mailbox);
    }
  }

  /** The state cannot be read. */
  #passOn(error: unknown, mailbox: Mailbox): Decision {
    if (!(error instanceof StateError)) throw error;
    this.#parts.warn(error.message);
    return pass('error', mailbox);
  }

  #look(mailbox: Mailbox): Look {
    const address = formatAddress(mailbox);
    const found = this.#parts.survey.find(address, mailbox.domain);
    if (found === null) return { mailbox, address, known: null };
    const judgement = this.#parts.judge(found.evidence, address);
    return { mailbox, address, known: { ...found, judgement, standing: standingOf(judgement) } };
  }

  #decideBy(look: Look, client: string): Decision | Promise<Decision> {
    const { known } = look;
    if (known === null) return this.#askNow(look, client);
    const { standing, evidence, askedAt, judgement } = known;
    const freshness = freshnessOf(standing, evidence.checkedAt, askedAt, this.#parts.clock.now());
    if (freshness === 'expired') return this.#askNow(look, client);
    if (freshness === 'due') void this.#ask(look, client);
    return this.#judged(look, evidence, judgement);
  }

  async #askNow(look: Look, client: string): Promise<Decision> {
    const { clock } = this.#parts;
    let cancel = (): void => {};
    const late = new Promise<'late'>((resolve) => {
      cancel = clock.after(this.#rules.answerTimeoutMs, () => resolve('late'));
    });
    const answer = await Promise.race([this.#ask(look, client), late]);
    cancel();
    if (answer === 'late') return pass('too-late', look.mailbox);
    if ('evidence' in answer) {
      return this.#judged(look, answer.evidence, this.#parts.judge(answer.evidence, look.address));
    }
    return pass(passFor(answer.passedFor), look.mailbox);
  }

  #ask({ mailbox, address, known }: Look, client: string): Promise<Answer> {
    const { live, judge, clock } = this.#parts;
    const before = known && { standing: known.standing, checkedAt: known.evidence.checkedAt };
    const stands = (found: Evidence): boolean => replaces(before, standingOf(judge(found, address)), clock.now());
    return live.ask(mailbox, client, stands);
  }

  #judged({ mailbox, address }: Look, evidence: Evidence, judgement: Judgement): Decision {
    const standing = standingOf(judgement);
    if (standing !== 'bad') return pass(standing, mailbox);
    if (this.#parts.survey.isWanted(address, mailbox.domain)) return pass('wanted', mailbox);
    return { kind: 'bad', mailbox, evidence, judgement };
  }
}

function pass(why: Pass, mailbox: Mailbox | null): Decision {
  return { kind: 'pass', why, mailbox };
}

function passFor(passedFor: Hindrance): Pass {
  switch (passedFor) {
    case 'client':
    case 'domain':
    case 'total':
    case 'site':
      return `${passedFor}-limit`;
    default:
      return passedFor;
  }
}
