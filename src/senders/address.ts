/**
 * Envelope sender addresses: RFC 5321 Mailbox syntax (section 4.1.2) as extended for SMTPUTF8 (RFC 6531), brought into
 * the one spelling under which the survey counts and asks them. What passes here is safe inside `RCPT TO:<...>`.
 */

/** A mailbox in its canonical spelling. */
export interface Mailbox {
  /** As it goes on the wire: a dot-string where possible, else a quoted string. Case is kept. */
  readonly localPart: string;
  /** A-labels (IDNA), lower case, without a final dot. */
  readonly domain: string;
  /** Whether the local part has characters beyond ASCII, so that only an SMTPUTF8 server can take it. */
  readonly smtputf8: boolean;
}

/** The mailbox, or in words why the text is none. */
export type ParsedAddress = { readonly ok: true; readonly mailbox: Mailbox } | { readonly ok: false; readonly why: string };
