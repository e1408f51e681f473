/**
 * What is wrong with an input, in words for the user: it is missing, unreadable, empty, or no known kind of input.
 */

/** An input cannot be used; `message` says which and why, ready to be shown. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** An input can be read, but there is nothing in it that we know: it is empty, binary, or a text of another kind. */
export class UnknownInputError extends InputError {
  /** What it is, in few words. */
  readonly what: string;

  constructor(name: string, what: string, details = '') {
    super(`${name} is ${what}${details}`);
    this.what = what;
  }
}
