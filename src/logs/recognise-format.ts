/**
 * What kind of input this is, told by its first lines and never by its name.
 *
 * To add a mail server that logs through syslog, write formats/<server>.ts and name it in `mailLogFormats`; to add a file
 * of a kind of its own, name it in `wholeFormats`.
 */
import { addresses } from './formats/address-list.js';
import { courier } from './formats/courier.js';
import { exchange } from './formats/exchange.js';
import { exim, eximFile } from './formats/exim.js';
import type { MailLogFormat, WholeFormat } from './formats/format.js';
import { haraka, harakaFile } from './formats/haraka.js';
import { mailQueueJson } from './formats/mail-queue-json.js';
import { mailQueue } from './formats/mail-queue.js';
import { opensmtpd } from './formats/opensmtpd.js';
import { postfix } from './formats/postfix.js';
import { qmail, qmailFile } from './formats/qmail.js';
import { sendmail } from './formats/sendmail.js';
import { senderCsv } from './formats/sender-csv.js';

/** What the user can ask for with `--format`. */
export type LogFormat =
  | 'auto'
  | 'postfix'
  | 'sendmail'
  | 'exim'
  | 'qmail'
  | 'opensmtpd'
  | 'courier'
  | 'exchange'
  | 'haraka'
  | 'mailq'
  | 'addresses';

/** What to read an input as: a mail log with the lines of some servers, or a file of one kind. */
export type InputFormat =
  | { readonly kind: 'mail-log'; readonly servers: readonly MailLogFormat[] }
  | { readonly kind: 'whole'; readonly format: WholeFormat };

const mailLogFormats: readonly MailLogFormat[] = [postfix, sendmail, exim, qmail, opensmtpd, courier, haraka];
const wholeFormats: readonly WholeFormat[] = [
  senderCsv,
  exchange,
  mailQueueJson,
  mailQueue,
  harakaFile,
  eximFile,
  qmailFile,
  addresses,
];

/** The formats an input is tried as, for people to read. */
export const formatsTried = [...new Set([...mailLogFormats, ...wholeFormats].map((format) => format.name))].join(', ');

/** As much of an input's beginning as is looked at, bytes. */
export const headLength = 65_536;

/** A line with a syslog header (RFC 3164 with its variants, RFC 3339 stamps, RFC 5424), or at least a tag with a pid. */
const syslogLine =
  /^(?:<\d{1,3}>)?(?:1 )?(?:[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* )\S+ |^.{0,100} [\w./-]+\[\d+\]: /;

/** The format of an input that begins with `head`; null where it is none that is known, or where the head is too short. */
export function recogniseFormat(head: Buffer, atEnd: boolean): InputFormat | null {
  const lines = contentLines(head, atEnd);
  const whole = wholeFormats.find((format) => format.recognise(lines));
  if (whole !== undefined) return { kind: 'whole', format: whole };
  const headers = lines.filter((line) => syslogLine.test(line)).length;
  return headers > 0 && headers * 2 >= lines.length ? { kind: 'mail-log', servers: mailLogFormats } : null;
}

/** The format that `--format` forces; an `extract --csv` table passes for a list of addresses. */
export function forcedFormat(name: Exclude<LogFormat, 'auto'>, head: Buffer): InputFormat {
  if (name === 'addresses') {
    return { kind: 'whole', format: senderCsv.recognise(contentLines(head, true)) ? senderCsv : addresses };
  }
  const lines = contentLines(head, true);
  const files = wholeFormats.filter((format) => format.name === name);
  const servers = mailLogFormats.filter((server) => server.name === name);
  const file = files.find((format) => format.recognise(lines)) ?? (servers.length === 0 ? files[0] : undefined);
  return file === undefined ? { kind: 'mail-log', servers } : { kind: 'whole', format: file };
}

/** Whether it is a list that people or programs made of addresses, and no log. */
export function isAddressList(format: InputFormat): boolean {
  return format.kind === 'whole' && (format.format === addresses || format.format === senderCsv);
}

/** Whether an input with these lines only has nothing to say: blank lines and comments. */
export function isBlankHead(head: Buffer): boolean {
  return contentLines(head, true).length === 0 && !isBinary(head);
}

/** Whether the bytes are no text: one in twenty is a control character that logs do not have. */
export function isBinary(head: Buffer): boolean {
  const controls = head.reduce(
    (count, byte) => (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d ? count + 1 : count),
    0,
  );
  return controls * 20 > head.length;
}

/** The lines of the head but for blank ones and comments, and without the last one while it may be cut off. */
function contentLines(head: Buffer, atEnd: boolean): string[] {
  const lines = head.toString('latin1', 0, headLength).split('\n');
  if (!atEnd || head.length > headLength) lines.pop();
  return lines.filter((line) => !/^\s*(?:#|$)/.test(line));
}
