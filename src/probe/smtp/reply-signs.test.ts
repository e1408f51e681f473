import { describe, expect, test } from 'vitest';
import { ReplyParser, type Reply } from './reply-parser.js';
import { demandsTls, isTooManyRecipients } from './reply-signs.js';

function replyOf(line: string): Reply {
  return new ReplyParser().push(Buffer.from(`${line}\r\n`))[0]!;
}

describe('demandsTls', () => {
  test.for([
    ['530 5.7.0 Must issue a STARTTLS command first', true],
    ['530 Must issue a STARTTLS command first', true],
    ['530 5.7.1 Authentication required', false],
    ['530 Authentication required', false],
    ['421 4.7.0 TLS required for RCPT domain, closing connection.', true],
    ['550 5.7.10 Encryption needed', true],
    ['451 4.7.1 TLS is required for this domain', true],
    ['553 This route requires encryption (TLS)', true],
    ['550 5.1.1 User unknown', false],
    ['454 4.7.0 TLS not available due to local problem', false],
    ['250 2.1.0 STARTTLS is required elsewhere', false],
  ] as const)('%s: %s', ([line, expected]) => {
    expect(demandsTls(replyOf(line))).toBe(expected);
  });
});

describe('isTooManyRecipients', () => {
  test.for([
    ['452 4.5.3 Error: too many recipients', true],
    ['552 5.5.3 too many recipients', true],
    ['552 too much', true],
    ['452 Too many recipients', true],
    ['552 5.2.2 mailbox full', false],
    ['452 4.2.2 mailbox full', false],
    ['452 Insufficient system storage', false],
    ['550 5.1.1 no such user', false],
    ['250 2.1.5 Ok', false],
  ] as const)('%s: %s', ([line, expected]) => {
    expect(isTooManyRecipients(replyOf(line))).toBe(expected);
  });
});
