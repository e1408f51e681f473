/** Prints a warning for the user to standard error. */
export function warn(message: string): void {
  process.stderr.write(`sender-survey: ${message}\n`);
}
