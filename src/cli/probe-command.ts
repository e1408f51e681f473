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
import { createSystemClock } from '../clock.js';
import { Planner, type Batch, type RankedServer } from '../plan/planner.js';
import { makeHarmless } from '../report/harmless-text.js';
import { formatAddress, parseAddress, type Mailbox } from '../senders/address.js';
import type { AddressSet } from '../senders/address-set.js';
import type { Evidence } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';
import { checkProbeOptions, failoverLimits, readAddressSets } from './check-options.js';
import { choosePaint } from './choose-paint.js';
import { exitCodes } from './exit-codes.js';
import type { Interrupt } from './interrupt.js';
import type { ProbeOptions } from './options.js';
import { renderAnswer, renderReasoning, renderTraceLine } from './render-probe.js';
import { openTrace } from './trace-file.js';
import { UsageError } from './usage-error.js';
import { warn } from './warn.js';

/** What asking about addresses takes. */
interface Probing {
  readonly settings: ProbingSettings;
  readonly skip: AddressSet;
  readonly world: ProbeWorld;
}

/** Runs the command; gives the exit code. */
export async function probeCommand(
  addresses: readonly string[],
  options: ProbeOptions,
  interrupt: Interrupt,
): Promise<number> {
  if (addresses.length === 0) throw new UsageError('probe needs an address at least');
  const mailboxes = addresses.map(checkAddress);
  const settings = await checkProbeOptions(options, warn, 2);
  const skip = readAddressSets('--skip', options.skip, warn);
  const trace = openTrace(options.trace);
  const world: ProbeWorld = {
    clock: createSystemClock(),
    random: Math.random,
    signal: interrupt.signal,
    listeners: { ...trace.listeners, traceLine: (line) => print(renderTraceLine(line, width())) },
  };
  interrupt.graceful = true;
  for (const mailbox of mailboxes) {
    print(`\n${choosePaint(process.stdout, process.env)('heading', makeHarmless(formatAddress(mailbox)))}`);
    const evidence = await probeOne(mailbox, { settings, skip, world });
    if (evidence === null || interrupt.signal.aborted) break;
    explain(evidence, mailbox, settings.probe.helo);
  }
  trace.close();
  return interrupt.signal.aborted ? exitCodes.interrupted : exitCodes.done;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Of the terminal; whatever reads a pipe gets whole lines. */
function width(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}

function checkAddress(text: string): Mailbox {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new UsageError(`${text}: no address to ask about: ${parsed.why}`);
  return parsed.mailbox;
}

/** Null after an interrupt. */
async function probeOne(mailbox: Mailbox, { settings, skip, world }: Probing): Promise<Evidence | null> {
  const { now } = world.clock;
  if (skip.has(mailbox)) {
    return { ...evidenceOfDns({ event: 'opted-out', detail: 'named by --skip' }, now()), stage: null };
  }
  const startedAt = now();
  const finder = createFinder(settings, world, (answer) => print(renderAnswer(answer, now() - startedAt, width())));
  const found = await finder.find(mailbox.domain);
  if (found.kind === 'none') return evidenceOfDns(found, now());
  return await askInTurn(mailbox, serversToTry(found), settings, world);
}

/** One recipient through the planner, so that failover is the survey's own. */
async function askInTurn(
  mailbox: Mailbox,
  servers: readonly RankedServer[],
  settings: ProbingSettings,
  world: ProbeWorld,
): Promise<Evidence | null> {
  const oneAtATime = { siteSessions: 1, siteRate: 0, sitePauseMs: 0, sessionRecipients: 1, throttleRetries: 0 };
  const planner = new Planner({ ...oneAtATime, ...failoverLimits }, () => [{ senderId: 1, mailbox }]);
  planner.add(1, 1, servers);
  const ask = createAsker(settings, world);
  for (;;) {
    const batch = await nextBatch(planner, world);
    print('');
    const report = await ask(batch);
    if (world.signal.aborted) return null;
    const [decided] = planner.settle(batch, report, world.clock.now()).decided;
    if (decided !== undefined) return decided.evidence;
  }
}

async function nextBatch(planner: Planner, { clock }: ProbeWorld): Promise<Batch> {
  for (let now = clock.now(); ; now = clock.now()) {
    const batch = planner.take(now);
    if (batch !== null) return batch;
    const next = planner.nextStart(now);
    if (next === null) throw new Error('nobody is left to be asked, and nothing is decided');
    await new Promise<void>((resolve) => void clock.after(next - now, resolve));
  }
}

function explain(evidence: Evidence, mailbox: Mailbox, helo: string): void {
  const judgement = judge(evidence, formatAddress(mailbox), [helo]);
  const lines = renderReasoning(evidence, judgement, width(), choosePaint(process.stdout, process.env));
  print(`\n${lines.join('\n')}`);
}
