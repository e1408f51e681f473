/**
 * `sender-survey completion`: prints the script that completes command lines in a shell.
 */
import { basename } from 'node:path';
import { writeToStream } from '../report/write-to-stream.js';
import { shells, type Shell } from './commands.js';
import { bashCompletion } from './completion/bash.js';
import { fishCompletion } from './completion/fish.js';
import { zshCompletion } from './completion/zsh.js';
import { exitCodes } from './exit-codes.js';
import { UsageError } from './usage-error.js';

const scripts: Readonly<Record<Shell, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Runs the command; gives the exit code. Without a name the shell is the one that the user logs in with. */
export async function completionCommand(name: string | undefined): Promise<number> {
  const wanted = name ?? basename(process.env['SHELL'] ?? '');
  const shell = shells.find((known) => known === wanted);
  if (shell === undefined) throw new UsageError(`completion: name a shell: ${shells.join(', ')}`);
  await writeToStream(process.stdout, [scripts[shell]()]);
  return exitCodes.done;
}
