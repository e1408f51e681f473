/**
 * Words to whoever runs the command. Names and addresses in them come from elsewhere.
 */
import { makeHarmless } from '../report/harmless-text.js';

/** Writes to standard error, where nothing but words goes. */
export function warn(message: string): void {
  process.stderr.write(`sender-survey: ${message.split('\n').map(makeHarmless).join('\n')}\n`);
}
