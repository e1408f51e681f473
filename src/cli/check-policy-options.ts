/**
 * From the options of `policy` to its settings, and to the rules that can be changed while it runs.
 */
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';
import type { Endpoint } from '../policy/listen.js';
import type { PolicyRules, PolicySettings } from '../policy/run-policy.js';
import { parseDomain } from '../senders/domain.js';
import { checkLimits, checkProbeOptions, checkSessionRecipients, positive, readAddressSets } from './check-options.js';
import { policyOptions, type PolicyOptions } from './options.js';
import { UsageError } from './usage-error.js';

/** Options that can be changed while the service runs. */
const changeable: ReadonlySet<keyof PolicyOptions> = new Set<keyof PolicyOptions>([
  'mode',
  'for-domain',
  'answer-timeout',
  'probe-rate',
  'client-rate',
  'wanted',
  'skip',
]);

/** The settings of the service. */
export async function checkPolicyOptions(
  options: PolicyOptions,
  warn: (message: string) => void,
): Promise<PolicySettings> {
  if (options.listen === undefined) throw new UsageError('policy needs --listen 127.0.0.1:PORT or --listen unix:/path');
  const listen = parseEndpoint('--listen', options.listen, options['socket-mode']);
  if (listen.kind === 'tcp' && !isLoopback(listen.host)) {
    warn(`--listen ${options.listen}: who can connect there decides whom you ask; let a firewall keep others out`);
  }
  return {
    ...(await checkProbeOptions(options, warn, checkSessionRecipients(options))),
    concurrency: options.concurrency,
    // Whoever was put off is asked again when there is mail again.
    limits: checkLimits(options, 0),
    listen,
    metrics: options.metrics === undefined ? null : checkMetrics(options.metrics),
    statePath: options.state,
  };
}

/** The rules, the lists of --wanted and --skip read. */
export function checkPolicyRules(options: PolicyOptions, warn: (message: string) => void): PolicyRules {
  return {
    mode: options.mode,
    forDomains: checkDomains(options['for-domain']),
    answerTimeoutMs: positive('--answer-timeout', options['answer-timeout']),
    rates: { total: options['probe-rate'], client: options['client-rate'], site: options['site-rate'] },
    wanted: readAddressSets('--wanted', options.wanted, warn),
    skip: readAddressSets('--skip', options.skip, warn),
  };
}

/** Options that differ and that hold from the next start on only. */
export function needingRestart(before: PolicyOptions, now: PolicyOptions): string[] {
  const names = Object.keys(policyOptions) as (keyof PolicyOptions)[];
  return names.filter((name) => !changeable.has(name) && differs(before[name], now[name]));
}

function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}

function checkDomains(names: readonly string[]): ReadonlySet<string> | null {
  if (names.length === 0) return null;
  const domains = names.map((name) => {
    const parsed = parseDomain(name);
    if (!parsed.ok) throw new UsageError(`--for-domain ${name}: ${parsed.why}`);
    return parsed.domain;
  });
  return new Set(domains);
}

function checkMetrics(text: string): NonNullable<PolicySettings['metrics']> {
  const endpoint = parseEndpoint('--metrics', text, 0);
  if (endpoint.kind === 'tcp' && isLoopback(endpoint.host)) return endpoint;
  throw new UsageError(`--metrics ${text}: only on this host, such as 127.0.0.1:9140`);
}

function parseEndpoint(option: string, text: string, mode: number): Endpoint {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length), mode };
  const [, v6, v4, port = ''] = /^(?:\[([\da-fA-F:.]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? v4 ?? '';
  if (isIP(host) !== (v6 === undefined ? 4 : 6) || Number(port) > 65_535) {
    throw new UsageError(`${option} ${text}: not IP:PORT, [IPv6]:PORT or unix:/path`);
  }
  return { kind: 'tcp', host, port: Number(port) };
}

function isLoopback(host: string): boolean {
  return ipaddr.process(host).range() === 'loopback';
}
