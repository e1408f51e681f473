/**
 * `sender-survey worker`: carries out the sessions of a survey that runs elsewhere, until it is told to end.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createSystemClock } from '../clock.js';
import { runWorker } from '../workers/run-worker.js';
import { refuseRepeated } from './check-inputs.js';
import { checkNetworks, checkQueuePlace, checkSourceAddress, chooseHelo } from './check-options.js';
import { exitCodes } from './exit-codes.js';
import type { Interrupt } from './interrupt.js';
import type { WorkerOptions } from './options.js';
import { UsageError } from './usage-error.js';
import { warn } from './warn.js';

/** Runs the command; gives the exit code. The first interrupt lets its sessions end; the second ends it at once. */
export async function workerCommand(
  given: string | undefined,
  options: WorkerOptions,
  version: string,
  interrupt: Interrupt,
): Promise<number> {
  refuseRepeated(options, ['source-address', 'sourceAddress', 'allow-net', 'allowNet']);
  // An address with a password is better in the environment, SENDER_SURVEY_WORKERS, than where ps shows it.
  const url = given ?? options.workers;
  if (url === undefined) throw new UsageError('worker needs the address of Redis: sender-survey worker redis://HOST');
  const settings = {
    place: checkQueuePlace('worker', url, options['key-prefix']),
    name: `${hostname()}-${randomBytes(3).toString('hex')}`,
    version,
    slots: options.concurrency,
    helo: await chooseHelo(options.helo, warn),
    port: options.port,
    sourceAddresses: options['source-address'].map(checkSourceAddress),
    guard: checkNetworks(options['allow-net']),
  };
  interrupt.graceful = true;
  warn(`worker ${settings.name} takes ${settings.slots} sessions at once`);
  const never = new AbortController();
  const world = { clock: createSystemClock(), random: Math.random, signal: never.signal, warn };
  const why = await runWorker(settings, { ...world, draining: interrupt.signal });
  if (why === null) return exitCodes.done;
  warn(`set aside: ${why}`);
  return exitCodes.safetyStop;
}
