#!/usr/bin/env node
/**
 * argv → command → exit code. The only file that ends the process.
 */
import { exitCodes } from './cli/exit-codes.js';
import type { Interrupt } from './cli/interrupt.js';
import { runCommandLine } from './cli/run-command-line.js';

const controller = new AbortController();
const interrupt: Interrupt = { signal: controller.signal, graceful: false, reload: null };
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (name === 'SIGHUP' && interrupt.reload !== null) return interrupt.reload();
    if (controller.signal.aborted || !interrupt.graceful) process.exit(exitCodes.interrupted);
    controller.abort();
  });
}
// `| head` closes our standard output early: what was asked for has been delivered, so this is no error. Whoever writes
// a report there listens as well, and may have more to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (process.stdout.listenerCount('error') > 1) return;
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  process.stderr.write(`sender-survey: cannot write to standard output: ${error.message}\n`);
  process.exit(exitCodes.inputOutput);
});
process.stderr.on('error', () => {});

process.exitCode = await runCommandLine(process.argv.slice(2), interrupt);
