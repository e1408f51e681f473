/** The command line was wrong: exit code 2, and the message says how to put it right. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** There is nothing to read: whoever types just the program's name wants to see its help. */
export class NothingToRead extends UsageError {}
