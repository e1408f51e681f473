/**
 * What `--dry-run` prints: who would be asked, and about how long it would take.
 */
import type { DryRun } from '../dry-run.js';
import { formatCount, formatCounted, formatDuration } from '../report/format-numbers.js';

/** Sites shown one by one. */
const sitesShown = 20;

/** The findings as text, lines of 80 characters at most but for long names. */
export function renderDryRun(found: DryRun): string {
  return [heading(found), '', ...without(found), ...sites(found), '', ...times(found), ''].join('\n');
}

function heading({ senders, known, domains, plan }: DryRun): string {
  const asked = `${formatCounted(plan.senders, 'sender')} of ${formatCounted(domains, 'domain')}`;
  return [
    'Dry run: DNS was asked, no mail server was.',
    `${formatCounted(senders, 'sender')}, of whom ${formatCount(known)} are known or skipped already.`,
    `To ask: ${asked} at ${formatCounted(plan.sites.length, 'site')}, in ${formatCounted(plan.sessions, 'session')}, at most ${formatCount(plan.mostAtOnce)} at once.`,
  ].join('\n');
}

function without({ withoutServers }: DryRun): string[] {
  if (withoutServers.length === 0) return [];
  const lines = withoutServers
    .toSorted(([, , a], [, , b]) => b - a)
    .map(
      ([event, domains, senders]) =>
        `  ${event.padEnd(16)} ${formatCounted(senders, 'sender')} of ${formatCounted(domains, 'domain')}`,
    );
  return ['No mail server to ask:', ...lines, ''];
}

function sites({ plan }: DryRun): string[] {
  if (plan.sites.length === 0) return ['No site would be asked.'];
  const shown = plan.sites.slice(0, sitesShown);
  const row = (site: string, senders: string, sessions: string, lasts: string): string =>
    `${site.padEnd(36)} ${senders.padStart(10)} ${sessions.padStart(10)} ${lasts.padStart(12)}`;
  const rows = shown.map(({ site, senders, sessions, lastsMs }) =>
    row(site, formatCount(senders), formatCount(sessions), formatDuration(lastsMs)),
  );
  const others = plan.sites.length - shown.length;
  const rest = others > 0 ? [`and ${formatCounted(others, 'site')} more`] : [];
  return [row('Site', 'senders', 'sessions', 'done after'), ...rows, ...rest];
}

function times({ plan, concurrency, assumptions }: DryRun): string[] {
  if (plan.senders === 0) return ['Nothing is left to ask.'];
  const { sessionMs, recipientMs } = assumptions;
  return [
    `Expected: 97 % of them after ${formatDuration(plan.at97Ms)}, all after ${formatDuration(plan.endMs)}.`,
    `Assumed: ${sessionMs / 1000} s a session and ${recipientMs / 1000} s a sender, ${formatCounted(concurrency, 'session')} at once, the limits of each`,
    'site kept; every server answers, and none asks us to slow down.',
  ];
}
