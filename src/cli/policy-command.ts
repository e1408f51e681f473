/**
 * `sender-survey policy`: the service that a mail server asks, mail by mail. Ends at SIGTERM; SIGHUP has it read its
 * configuration again.
 */
import { createSystemClock } from '../clock.js';
import { startPolicy, type PolicyService } from '../policy/run-policy.js';
import { checkPolicyOptions, checkPolicyRules, needingRestart } from './check-policy-options.js';
import { exitCodes } from './exit-codes.js';
import type { Interrupt } from './interrupt.js';
import type { PolicyOptions } from './options.js';
import { warn } from './warn.js';

/** Runs the command; gives the exit code. `readAgain` gives the options as they are by then. */
export async function policyCommand(
  options: PolicyOptions,
  readAgain: () => Promise<PolicyOptions>,
  interrupt: Interrupt,
): Promise<number> {
  const settings = await checkPolicyOptions(options, warn);
  const rules = checkPolicyRules(options, warn);
  if (options.check) {
    print('the configuration is good');
    return exitCodes.done;
  }
  const world = { clock: createSystemClock(), random: Math.random, warn, log: print };
  const service = await startPolicy(settings, rules, world);
  interrupt.graceful = true;
  interrupt.reload = () => void reload(options, readAgain, service);
  const metrics = service.metricsAt === null ? '' : `, metrics at http://${service.metricsAt}/metrics`;
  warn(`policy service listening at ${service.at}, mode ${rules.mode}${metrics}`);
  try {
    await Promise.race([untilAborted(interrupt.signal), service.failed]);
  } finally {
    await service.close();
  }
  return exitCodes.done;
}

/** What is wrong with a new configuration is told, and the old one stays. */
async function reload(
  before: PolicyOptions,
  readAgain: () => Promise<PolicyOptions>,
  service: PolicyService,
): Promise<void> {
  try {
    const options = await readAgain();
    await checkPolicyOptions(options, warn);
    const rules = checkPolicyRules(options, warn);
    service.change(rules);
    const later = needingRestart(before, options).map((name) => `--${name}`);
    const remark = later.length === 0 ? '' : `; this takes a restart: ${later.join(', ')}`;
    warn(`configuration read again, mode ${rules.mode}${remark}`);
  } catch (error) {
    warn(`the new configuration is not used, the old one stays: ${(error as Error).message}`);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
