/**
 * What can be wrong with a report file, in words for the person who named it.
 */

/** An output cannot be written. The message names it; for standard error. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}
