/**
 * From the options as given to the settings of a run: checks what spans several options or needs a look at a file.
 * Everything wrong here is a UsageError or, where a file cannot be read, an InputError.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { createNetworkGuard, type NetworkGuard } from '../exchangers/forbidden-networks.js';
import { parseServer } from '../exchangers/resolver.js';
import type { PlanLimits } from '../plan/planner.js';
import { formatAddress, parseAddress } from '../senders/address.js';
import { parseAddressSet, unionAddressSets, type AddressSet } from '../senders/address-set.js';
import type { ProbingSettings } from '../ask-servers.js';
import type { SampleSettings } from '../draw-sample.js';
import type { SurveySettings } from '../survey.js';
import type { QueuePlace } from '../workers/redis.js';
import { checkWindow, chooseInputs, refuseRepeated } from './check-inputs.js';
import { reportFiles, type ProbeOptions, type ReportFile, type ReportOptions, type SurveyOptions } from './options.js';
import { findOwnName } from './own-name.js';
import { UsageError } from './usage-error.js';

/** A file named by an option cannot be read. */
class SettingError extends Error {
  override name = 'SettingError';
}

/** Addresses and sessions tried for a domain at most, as Postfix does (smtp_mx_address_limit, smtp_mx_session_limit). */
export const failoverLimits = { maxAddresses: 5, maxSessions: 2 } as const;

const repeatable = [
  'resolver',
  'sourceAddress',
  'source-address',
  'allowNet',
  'allow-net',
  'skip',
  'wanted',
  'warn',
  'crit',
  'forDomain',
  'for-domain',
];

/** The settings of `survey`. */
export async function checkSurveyOptions(
  inputs: readonly string[],
  options: SurveyOptions,
  warn: (message: string) => void,
): Promise<SurveySettings> {
  if (options.resume && inputs.length > 0) throw new UsageError('--resume reads no inputs; leave them out');
  if (options.resume && options.state === 'none') throw new UsageError('--resume needs a state file, not --state none');
  checkReportOptions(options);
  if (options.workers !== undefined) refuseOwnSessions(options);
  return {
    ...(await checkProbeOptions(options, warn, checkSessionRecipients(options))),
    inputs: options.resume ? [] : chooseInputs(inputs),
    format: options.format,
    senders: options.senders,
    includeLocal: options['include-local'],
    minMessages: options['min-messages'],
    limit: options.limit ?? null,
    sample: checkSample(options),
    ...checkWindow(options),
    skip: readAddressSets('--skip', options.skip, warn),
    wanted: readAddressSets('--wanted', options.wanted, warn),
    learnWanted: options['learn-wanted'],
    concurrency: options.concurrency,
    limits: checkLimits(options, 2),
    retry: { retries: options.retries, retryDelayMs: options['retry-delay'] },
    force: options.force,
    statePath: options.state,
    maxAgeMs: options['max-age'],
    resume: options.resume,
  };
}

/** How much is asked of the servers of others. */
export function checkLimits(
  options: Pick<SurveyOptions, 'site-sessions' | 'site-rate' | 'session-recipients' | 'site-pause'>,
  throttleRetries: number,
): PlanLimits {
  return {
    siteSessions: options['site-sessions'],
    siteRate: options['site-rate'],
    sessionRecipients: options['session-recipients'],
    sitePauseMs: options['site-pause'],
    throttleRetries,
    ...failoverLimits,
  };
}

/** What only sessions of this process could heed. */
function refuseOwnSessions(options: SurveyOptions): void {
  if (options.trace !== undefined) throw new UsageError('--trace has nothing to show with --workers: they converse');
  if (options['source-address'].length === 0) return;
  throw new UsageError('--source-address is for each worker to be given, not for the survey with --workers');
}

function checkSample({ sample, seed, limit, resume }: SurveyOptions): SampleSettings | null {
  if (sample === undefined) {
    if (seed !== undefined) throw new UsageError('--seed goes with --sample N');
    return null;
  }
  if (limit !== undefined) throw new UsageError('--limit takes the first senders, --sample random ones; choose one');
  if (resume) throw new UsageError('--resume goes on with the sample that was drawn; leave --sample out');
  return { size: sample, seed: seed ?? null };
}

/** Two reports cannot share one output. */
export function checkReportOptions(options: ReportOptions): void {
  refuseRepeated(options, repeatable);
  const seen = new Map<string, ReportFile>();
  for (const name of reportFiles) {
    const path = options[name];
    if (path === undefined) continue;
    const target = path === '-' ? path : resolve(path);
    const other = seen.get(target);
    seen.set(target, name);
    if (other === undefined) continue;
    if (path !== '-') throw new UsageError(`--${other} and --${name} name the same file`);
    throw new UsageError(`--${other} - and --${name} - cannot share standard output; give one of them a file`);
  }
}

/** The settings that `survey` and `probe` share. */
export async function checkProbeOptions(
  options: Omit<ProbeOptions, 'trace'>,
  warn: (message: string) => void,
  sessionRecipients: number,
): Promise<ProbingSettings> {
  refuseRepeated(options, repeatable);
  return {
    probe: {
      helo: await chooseHelo(options.helo, warn),
      mailFrom: checkMailFrom(options['mail-from']),
      port: options.port,
      tls: options.tls,
      catchAll: options['catch-all'],
      sessionRecipients,
      connectTimeoutMs: positive('--connect-timeout', options['connect-timeout']),
      replyTimeoutMs: positive('--reply-timeout', options['reply-timeout']),
      senderTimeoutMs: positive('--sender-timeout', options['sender-timeout']),
    },
    sourceAddresses: options['source-address'].map(checkSourceAddress),
    resolvers: options.resolver.map(checkResolver),
    ipVersion: options['ip-version'],
    guard: checkNetworks(options['allow-net']),
  };
}

export function checkSessionRecipients(options: Pick<SurveyOptions, 'session-recipients' | 'catch-all'>): number {
  const most = options['session-recipients'];
  if (!options['catch-all'] || most > 1) return most;
  throw new UsageError('--catch-all needs --session-recipients 2 at least: it asks in the same session');
}

export function positive(option: string, milliseconds: number): number {
  if (milliseconds === 0) throw new UsageError(`${option} 0: must be longer than nothing`);
  if (milliseconds > 86_400_000) throw new UsageError(`${option}: a day is the most`);
  return milliseconds;
}

/** The name given, or else this host's own. */
export async function chooseHelo(given: string | undefined, warn: (message: string) => void): Promise<string> {
  return given === undefined ? await ownName(warn) : checkHelo(given);
}

/** Where the workers are. */
export function checkQueuePlace(option: string, url: string, prefix: string): QueuePlace {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`${option} ${url}: not redis://HOST[:PORT] or rediss://HOST[:PORT]`);
  }
  return { url, prefix };
}

async function ownName(warn: (message: string) => void): Promise<string> {
  const { name, qualified } = await findOwnName();
  if (!qualified) warn(`this host has no fully qualified name; greeting servers as ${name}. Better: --helo NAME`);
  return name;
}

/** RFC 5321 section 4.1.1.1: a domain or an address literal; and nothing that could end the line. */
function checkHelo(name: string): string {
  if (!/^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f.:IPv]+\])$/.test(name) || name.length > 253) {
    throw new UsageError(`--helo ${name}: not a host name or address literal`);
  }
  return name;
}

function checkMailFrom(text: string): string {
  if (text === '<>' || text === '') return '';
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new UsageError(`--mail-from ${text}: ${parsed.why}`);
  if (parsed.mailbox.smtputf8) throw new UsageError(`--mail-from ${text}: must be ASCII`);
  return formatAddress(parsed.mailbox);
}

export function checkSourceAddress(text: string): string {
  if (isIP(text) === 0) throw new UsageError(`--source-address ${text}: not an IP address`);
  return text;
}

function checkResolver(text: string): string {
  const server = parseServer(text);
  if (server === null) throw new UsageError(`--resolver ${text}: not IP[:PORT], nor [IPv6]:PORT`);
  return server;
}

export function checkNetworks(ranges: readonly string[]): NetworkGuard {
  try {
    return createNetworkGuard(ranges);
  } catch (error) {
    throw new UsageError(`--allow-net: ${(error as Error).message}`);
  }
}

/** The addresses and domains in the files of an option. @throws SettingError */
export function readAddressSets(option: string, paths: readonly string[], warn: (message: string) => void): AddressSet {
  const sets = paths.map((path) => {
    const { set, problems } = parseAddressSet(readSettingFile(option, path), path);
    for (const problem of problems) warn(problem);
    return set;
  });
  return unionAddressSets(sets);
}

function readSettingFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SettingError(
      `${option} ${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message}`,
    );
  }
}
