/**
 * The service extensions that a server offers in its reply to EHLO (RFC 5321 section 4.1.1.1), by keyword.
 */
import type { Reply } from './reply-parser.js';

/** The keywords offered, upper case; the first line of the reply is the greeting and holds none. */
export function extensionsOf(reply: Reply): ReadonlySet<string> {
  return new Set(reply.lines.slice(1).map((line) => (line.trim().split(/[ =]/, 1)[0] ?? '').toUpperCase()));
}
