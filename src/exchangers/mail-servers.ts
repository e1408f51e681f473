/**
 * What DNS says about where mail for a domain goes.
 */

/** One mail exchanger with its addresses, both in the order in which to try them. */
export interface MailServer {
  /** A-labels, lower case, no final dot. */
  readonly host: string;
  /** Of its MX record, the lowest is tried first; 0 where the domain has none. */
  readonly preference: number;
  readonly addresses: readonly string[];
}

/** Where mail for a domain goes (RFC 5321 section 5.1), or why it goes nowhere. */
export type MailServers =
  | { readonly kind: 'servers'; readonly servers: readonly MailServer[] }
  | {
      readonly kind: 'none';
      readonly event:
        | 'no-such-domain'
        | 'null-mx'
        | 'no-mail-host'
        | 'dns-failure'
        | 'dns-timeout'
        | 'forbidden-network'
        | 'network-unreachable';
      /** In words, for the evidence: `MX answered SERVFAIL`. */
      readonly detail: string;
    };
