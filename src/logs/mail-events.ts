/**
 * What the parsers tell of the mail they find, and the seam between parsers and whoever counts.
 *
 * An address is handed over as a range of bytes that is valid during the call only; an empty range is the null
 * reverse-path `<>`. Times are whole seconds since 1970 UTC, 0 where the input has none.
 */

/** Counts found in an input that was counted before. */
export interface SenderTotals {
  readonly messages: number;
  readonly rejectedMessages: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/**
 * The listener for mail events. `hash` is what `hashBytes` gives for an address with the seed 0 and `caseBits`; where it is not
 * told, it is not known yet.
 */
export interface MailEvents {
  /** Our server took a message in from elsewhere. */
  accepted(bytes: DataView, start: number, end: number, seconds: number, hash?: number): void;
  /** Our server took a message in from one of its own users: authenticated, or from the machine itself. */
  submitted(bytes: DataView, start: number, end: number, seconds: number): void;
  /**
   * One of our own users wrote to this recipient, and a server elsewhere took the mail; once a delivery. Not told of mail
   * with the null reverse-path: vacation notices and bounces go to whoever wrote first.
   */
  corresponded(bytes: DataView, start: number, end: number): void;
  /** Our server refused a message, for good or for now, `times` times. */
  rejected(bytes: DataView, start: number, end: number, seconds: number, times: number, hash?: number): void;
  /** A sender that comes with its counts. */
  counted(bytes: DataView, start: number, end: number, totals: SenderTotals): void;
  /** A line that should tell a sender, but is cut off or cannot be understood. */
  malformed(): void;
  /** How many refusals were told so far. */
  readonly refusals?: number;
  /** The refusal told last came so many times more. */
  refusedAgain?(times: number, seconds: number): void;
  /** Of the message told last it is not known whether one of our own users sent it: the log begins too late. */
  originUnknown?(): void;
}
