/**
 * The state of the mail queue for monitoring programs.
 */
import { judgeValues, unknownAnswer, type NagiosAnswer } from '../report/nagios-answer.js';
import { metric } from '../report/prometheus-metric.js';
import type { Threshold } from '../report/thresholds.js';
import type { QueueSummary } from './queue-summary.js';

/** What can be watched: counts. `invalid` are bounces to senders that do not exist. */
export const countsWatched = ['messages', 'recipients', 'bounces', 'invalid'] as const;

/** Name of a count. */
export type WatchedCount = (typeof countsWatched)[number];

/** All gauges. Without a state nothing is said of the senders. */
export function renderQueuePrometheus({ listed, totals, oldestSeconds, bouncesTo }: QueueSummary): string {
  const fates = Object.entries(bouncesTo ?? {}).map(([sender, bounces]) => [{ sender }, bounces] as const);
  const oldest = oldestSeconds === null ? [] : [[{}, oldestSeconds] as const];
  return [
    metric('queue_timestamp_seconds', 'When the queue was listed.', [[{}, Date.parse(listed) / 1000]]),
    metric('queue_messages', 'Messages that wait.', [[{}, totals.messages]]),
    metric('queue_recipients', 'Recipients that messages wait for.', [[{}, totals.recipients]]),
    metric('queue_bounces', 'Messages that wait, of the null sender.', [[{}, totals.bounces]]),
    metric('queue_bounces_by_sender', 'Bounces that wait, by what is known of the senders they go to.', fates),
    metric('queue_oldest_seconds', 'How long the oldest message has waited.', oldest),
    metric('queue_malformed', 'Entries not understood.', [[{}, totals.malformed]]),
  ].join('');
}

/** Judges the counts; UNKNOWN where `invalid` is watched and there is no state. */
export function renderQueueNagios(
  { totals, bouncesTo }: QueueSummary,
  warn: readonly Threshold<WatchedCount>[],
  critical: readonly Threshold<WatchedCount>[],
): NagiosAnswer {
  const { messages, recipients, bounces } = totals;
  const counts = { messages, recipients, bounces };
  if (bouncesTo !== null) {
    const values = { ...counts, invalid: bouncesTo.invalid };
    return judgeValues({ values, unit: '', warn, critical, usual: countsWatched }, inQueue);
  }
  if ([...warn, ...critical].some(({ watched }) => watched === 'invalid')) {
    return unknownAnswer('there is no state that tells which senders exist');
  }
  return judgeValues(
    { values: counts, unit: '', warn, critical, usual: ['messages', 'recipients', 'bounces'] },
    inQueue,
  );
}

const inQueue = ' in the mail queue';

/** MRTG's four lines, to be used with the option `gauge`: messages that wait, bounces to senders that do not exist. */
export function renderQueueMrtg({ listed, totals, bouncesTo }: QueueSummary): string {
  return `${[totals.messages, bouncesTo?.invalid ?? 'UNKNOWN', `queue of ${listed}`, 'sender-survey'].join('\n')}\n`;
}
