/**
 * What is asked in a session, and the groups of commands that ask it: RSET where a transaction is to end, MAIL where
 * one begins, and RCPT (RFC 5321 section 4.1.1, RFC 2920).
 */
import type { Recipient } from '../plan/planner.js';
import type { Mailbox } from '../senders/address.js';
import type { Answer } from './smtp/answer.js';

/** One address to ask about. */
export interface Question {
  readonly mailbox: Mailbox;
  /** Null for the address that cannot exist. */
  readonly recipient: Recipient | null;
  /** When the first command about it became the one whose reply is next, milliseconds since 1970 UTC; null before. */
  since: number | null;
}

/** The recipients asked about under one MAIL command. */
export interface Transaction {
  readonly domain: string;
  readonly smtputf8: boolean;
  /** The answer to MAIL, once it is known. */
  mail: Answer | null;
  /** RCPT commands sent, or about to be. */
  recipients: number;
}

/** One command, and what it is sent for. */
export interface Step {
  readonly verb: 'RSET' | 'MAIL' | 'RCPT';
  readonly line: string;
  readonly question: Question;
  readonly transaction: Transaction;
  /** For RCPT: whether it is the first of its transaction. */
  readonly first: boolean;
}

/** Whether a question can be asked in this transaction, or needs one of its own. */
export function fits({ domain, smtputf8, recipients }: Transaction, { mailbox }: Question, oneByOne: boolean): boolean {
  return domain === mailbox.domain && smtputf8 === mailbox.smtputf8 && !(oneByOne && recipients > 0);
}

/** MAIL alone: the start of a transaction that the address fits in. */
export function mailStepFor(question: Question, mailFrom: string): Step {
  const { domain, smtputf8 } = question.mailbox;
  const transaction = { domain, smtputf8, mail: null, recipients: 0 };
  return { verb: 'MAIL', line: mailLine(mailFrom, smtputf8), question, transaction, first: true };
}

/** The commands that ask about an address in the transaction `current`, or in a new one where that does not fit. */
export function stepsFor(
  question: Question,
  current: Transaction | null,
  oneByOne: boolean,
  mailFrom: string,
): readonly Step[] {
  const { localPart, domain, smtputf8 } = question.mailbox;
  const going = current !== null && fits(current, question, oneByOne) ? current : null;
  const transaction = going ?? { domain, smtputf8, mail: null, recipients: 0 };
  const step = (verb: Step['verb'], line: string): Step => {
    return { verb, line, question, transaction, first: transaction.recipients === 0 };
  };
  const steps: Step[] = [];
  if (current !== null && going === null) steps.push(step('RSET', 'RSET'));
  if (going === null) steps.push(step('MAIL', mailLine(mailFrom, smtputf8)));
  steps.push(step('RCPT', `RCPT TO:<${localPart}@${domain}>`));
  transaction.recipients += 1;
  return steps;
}

function mailLine(mailFrom: string, smtputf8: boolean): string {
  return `MAIL FROM:<${mailFrom}>${smtputf8 ? ' SMTPUTF8' : ''}`;
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const lettersAndDigits = `${letters}0123456789`;

/** An address that cannot exist: a letter, then 13 to 17 letters and digits drawn at random. */
export function impossibleMailbox(domain: string, random: () => number): Mailbox {
  const draw = (from: string): string => from.charAt(Math.floor(random() * from.length));
  const length = 13 + Math.floor(random() * 5);
  const localPart = draw(letters) + Array.from({ length }, () => draw(lettersAndDigits)).join('');
  return { localPart, domain, smtputf8: false };
}
