/**
 * `sender-survey probe`: asks about a few addresses now, one after the other, and shows the whole conversation.
 */
import {
  createAsker,
  createFinder,
  evidenceOfDns,
  serversToTry,
  type ProbingSettings,
  type ProbeWorld,
} from '../ask-servers.js';
import { Planner, type Recipient } from '../plan/planner.js';
import { createSystemClock } from '../clock.js';
import { formatAddress, parseAddress, type Mailbox } from '../senders/address.js';
import type { Evidence } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';
import { checkProbeOptions, failoverLimits } from './check-options.js';
import type { Interrupt } from './interrupt.js';
import type { ProbeOptions } from './options.js';
import { exitCodes } from './exit-codes.js';
import { openTrace } from './trace-file.js';
import { UsageError } from './usage-error.js';
import { warn } from './warn.js';

type Print = (line: string) => void;

/** Runs the command; gives the exit code. */
export async function probeCommand(
  addresses: readonly string[],
  options: ProbeOptions,
  interrupt: Interrupt,
): Promise<number> {
  const mailboxes = addresses.map(checkAddress);
  const settings = await checkProbeOptions(options, warn, 2);
  const trace = openTrace(options.trace);
  const print: Print = (line) => process.stdout.write(`${line}\n`);
  const world: ProbeWorld = {
    clock: createSystemClock(),
    random: Math.random,
    signal: interrupt.signal,
    listeners: {
      ...trace.listeners,
      traceLine: ({ t, dir, text }) => print(`${String(t).padStart(7)} ms ${dir}: ${text}`),
    },
  };
  interrupt.graceful = true;
  for (const mailbox of mailboxes) {
    if (interrupt.signal.aborted) break;
    print(`\n${formatAddress(mailbox)}`);
    const evidence = await probeOne(mailbox, settings, world, print);
    if (evidence !== null) printJudgement(evidence, mailbox, print);
  }
  trace.close();
  return interrupt.signal.aborted ? exitCodes.interrupted : exitCodes.done;
}

function checkAddress(text: string): Mailbox {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new UsageError(`${text}: no address to ask about: ${parsed.why}`);
  return parsed.mailbox;
}

async function probeOne(
  mailbox: Mailbox,
  settings: ProbingSettings,
  world: ProbeWorld,
  print: Print,
): Promise<Evidence | null> {
  const found = await createFinder(settings, world).find(mailbox.domain);
  if (found.kind === 'none') {
    print(`  DNS: ${found.detail}`);
    return evidenceOfDns(found, world.clock.now());
  }
  const servers = serversToTry(found);
  for (const { host, address, site } of servers) print(`  mail server ${host} [${address}], site ${site}`);
  return await askInTurn({ senderId: 1, mailbox }, servers, settings, world, print);
}

/** One recipient through the planner, so that failover is the survey's own. Null after an interrupt. */
async function askInTurn(
  recipient: Recipient,
  servers: ReturnType<typeof serversToTry>,
  settings: ProbingSettings,
  world: ProbeWorld,
  print: Print,
): Promise<Evidence | null> {
  const limits = {
    siteSessions: 1,
    siteRate: 0,
    sitePauseMs: 60_000,
    sessionRecipients: 1,
    throttleRetries: 0,
    ...failoverLimits,
  };
  const planner = new Planner(limits, () => [recipient]);
  planner.add(1, 1, servers);
  const ask = createAsker(settings, world);
  for (let batch = planner.take(world.clock.now()); batch !== null; batch = planner.take(world.clock.now())) {
    print(`  asking ${batch.server.host} [${batch.server.address}]:${settings.probe.port}`);
    const report = await ask(batch);
    if (world.signal.aborted) return null;
    const { decided } = planner.settle(batch, report, world.clock.now());
    if (decided[0] !== undefined) return decided[0].evidence;
  }
  return null;
}

function printJudgement(evidence: Evidence, mailbox: Mailbox, print: Print): void {
  const { verdict, reason, rule } = judge(evidence, formatAddress(mailbox));
  print(`  verdict: ${verdict} (${reason})`);
  print(`  because: ${rule}`);
}
