/**
 * Checks of what to read, which commands that ask nobody share with those that do: apart from the others, so that they load
 * nothing of the network.
 */
import type { Moment } from '../survey.js';
import type { InputOptions } from './options.js';
import { NothingToRead, UsageError } from './usage-error.js';

/** Options that may stand only once; yargs turns a repeated one into an array. */
export function refuseRepeated(options: Readonly<Record<string, unknown>>, repeatable: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    const isList = ['input', 'address', '_', '--', ...repeatable].includes(name);
    if (!isList && name.length > 1 && Array.isArray(value)) throw new UsageError(`--${name} may be given only once`);
  }
}

/** The time window; none where both are left out. */
export function checkWindow({ since, until }: InputOptions): { since: Moment | null; until: Moment | null } {
  if (since !== undefined && until !== undefined && since.time >= until.time) {
    throw new UsageError(`--since ${since.written} --until ${until.written}: no time is between them`);
  }
  return { since: since ?? null, until: until ?? null };
}

/** CONTRACT: with no input and a pipe on standard input, `-` is meant. */
export function chooseInputs(inputs: readonly string[]): readonly string[] {
  if (inputs.length > 0) return inputs;
  if (!process.stdin.isTTY) return ['-'];
  throw new NothingToRead('nothing to read: name a mail log or an address list, or pipe one in');
}
