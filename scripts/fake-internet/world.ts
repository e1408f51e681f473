/**
 * The table that scripts a fake internet: what DNS says of each name, and how the SMTP server at each address behaves.
 * A name that is not in the table does not exist (NXDOMAIN); an address that is not in it refuses connections.
 */

/** Milliseconds, drawn anew each time between the two. */
export type Range = readonly [least: number, most: number];

/**
 * How DNS fails: the rcodes SERVFAIL and REFUSED (RFC 1035 section 4.1.1), or no answer at all.
 */
export type DnsFault = 'servfail' | 'refused' | 'silence';

/** The records of a name. A type that is absent gives an answer without data (NOERROR); `{}` is a name with nothing. */
export interface NameRecords {
  /** Preference and host, `10 mx.example`; `0 .` is a null MX (RFC 7505). */
  readonly mx?: readonly string[] | DnsFault;
  readonly a?: readonly string[] | DnsFault;
  readonly aaaa?: readonly string[] | DnsFault;
  readonly txt?: readonly string[];
  /** Alias of this name; the other records are then not looked at. */
  readonly cname?: string;
  /** Seconds; 300 unless told. */
  readonly ttl?: number;
}

/**
 * What a server says: a reply as it goes over the wire, lines parted by `\n` (`550-5.7.1 No\n550 5.7.1 Really`), with
 * {ip} {helo} {from} {rcpt} {host} filled in; or one of the words `silence`, `hang-up`, `reset` for what it does
 * instead. After a 421 it hangs up (RFC 5321 section 3.8).
 */
export type Answer = string;

/** Which mailboxes exist. */
export interface Users {
  /** Whole addresses in lower case, or a share from 0 to 1 of all addresses, chosen by their hash. */
  readonly known: readonly string[] | number;
  /** The answer for all others; 550 5.1.1 unless told. */
  readonly unknown?: Answer;
}

/** Where a server's patience ends. */
interface Limits {
  /** Sessions at once; further ones are greeted with 421. */
  readonly sessionsAtOnce?: number;
  /** New sessions within any 60 seconds; further ones are greeted with 421. */
  readonly sessionsAMinute?: number;
  /** Recipients asked in a session; the next one is answered with 421. */
  readonly recipientsASession?: number;
  /** Recipients in a transaction; further ones are answered with 452 4.5.3. */
  readonly recipientsATransaction?: number;
  /** 4xx and 5xx replies after which each further reply is slowed down by `slowMs`, as Postfix does after 10. */
  readonly slowAfterErrors?: number;
  readonly slowMs?: number;
  /** 4xx and 5xx replies at which the session ends with 421, as Postfix does at 20. */
  readonly endAfterErrors?: number;
}

/** How one server behaves. `{}` is a friendly server that takes mail for everybody at once. */
export interface ServerBehaviour {
  /** The name it gives itself; its address in brackets unless told. */
  readonly host?: string;
  /** Servers with the same label are counted together as well. */
  readonly operator?: string;
  /** `black-hole`: connections time out. */
  readonly connect?: 'black-hole';
  /** Wait before the greeting, as postscreen does; none unless told. */
  readonly greetingMs?: Range;
  /** Wait before each reply, counted from the command's arrival (a round trip); none unless told. */
  readonly replyMs?: Range;
  /** A text that does not start with three digits makes it a server that speaks no SMTP. */
  readonly greeting?: Answer;
  /** Clients, by IP address, that it greets with 554 5.7.1, as listed by zen.spamhaus.org. */
  readonly refuses?: readonly string[];
  /** Keywords offered after EHLO; PIPELINING, 8BITMIME and ENHANCEDSTATUSCODES unless told. */
  readonly extensions?: readonly string[];
  /** `demanded`: MAIL is answered with 530 before STARTTLS; `broken`: demanded, but the handshake is answered with rubbish. */
  readonly tls?: 'offered' | 'demanded' | 'broken';
  readonly ehlo?: Answer;
  readonly helo?: Answer;
  readonly starttls?: Answer;
  readonly mail?: Answer;
  readonly rcpt?: Answer | Users;
  readonly rset?: Answer;
  readonly quit?: Answer;
  /** 450 4.7.1 for each new (client, sender, recipient) until this time has passed; Infinity is for ever. */
  readonly greylistMs?: number;
  readonly limits?: Limits;
}

/** A whole internet. */
export interface World {
  /** By name, lower case, without a final dot. */
  readonly names: Readonly<Record<string, DnsFault | NameRecords>>;
  /** By IP address: any of 127.0.0.0/8, and ::1. */
  readonly servers: Readonly<Record<string, ServerBehaviour>>;
  /** Answers to RCPT for single addresses (lower case) that go before what the server says of all its users. */
  readonly mailboxes?: Readonly<Record<string, Answer>>;
  /** Wait before each DNS answer; none unless told. */
  readonly dnsMs?: Range;
}
