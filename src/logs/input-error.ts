/**
 * What is wrong with an input, in words for the user: it is missing, unreadable, empty, or no known kind of input.
 */

/** An input cannot be used; `message` says which and why, ready to be shown. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
