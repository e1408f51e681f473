/** The command line was wrong: exit code 2, and the message says how to put it right. */
export class UsageError extends Error {
  override name = 'UsageError';
}
