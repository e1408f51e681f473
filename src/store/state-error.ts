/**
 * What can be wrong with a state file, in words for the person who named it.
 */

/** The state cannot be opened, read or written. The message names the file and says what to do; for standard error. */
export class StateError extends Error {
  override readonly name = 'StateError';
}
