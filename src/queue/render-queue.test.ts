import { describe, expect, test } from 'vitest';
import { parseThreshold, type Threshold } from '../report/thresholds.js';
import type { QueueSummary } from './queue-summary.js';
import { renderQueueText } from './render-queue-text.js';
import {
  countsWatched,
  renderQueueMrtg,
  renderQueueNagios,
  renderQueuePrometheus,
  type WatchedCount,
} from './render-queue.js';

const summary: QueueSummary = {
  schema: 1,
  listed: '2026-11-24T17:04:04.000Z',
  totals: { messages: 1500, recipients: 1600, bounces: 1200, bounceRecipients: 1200, malformed: 1 },
  oldestSeconds: 3 * 86_400,
  state: 'sender-survey.db',
  bouncesTo: { invalid: 900, valid: 100, undecided: 150, unknown: 50 },
  domains: [
    { domain: 'access.example', bounces: 800, invalid: 700 },
    ...Array.from({ length: 11 }, (_, i) => ({ domain: `d${i}.example`, bounces: 11 - i, invalid: 0 })),
  ],
};
const stateless: QueueSummary = { ...summary, state: null, bouncesTo: null };

test('text', () => {
  expect(renderQueueText(summary)).toBe(`Mail queue of 2026-11-24 17:04 UTC
Messages that wait                                       1,500
Recipients                                               1,600
Bounces (null sender)                                    1,200    80.0 %
  to senders that do not exist                             900    75.0 %
  to senders that exist                                    100     8.3 %
  to senders whose server did not say                      150    12.5 %
  to senders nobody has asked about                         50     4.2 %
Entries not understood                                       1
Oldest: 72 h 0 min

Bounces by domain                                      bounces    do not exist
access.example                                             800             700
d0.example                                                  11               0
d1.example                                                  10               0
d2.example                                                   9               0
d3.example                                                   8               0
d4.example                                                   7               0
d5.example                                                   6               0
d6.example                                                   5               0
d7.example                                                   4               0
d8.example                                                   3               0
… and 2 more
`);
});

test('text without a state says how to get one', () => {
  const text = renderQueueText(stateless);
  expect(text).toContain('survey this listing');
  expect(text).not.toContain('exist:');
});

test('Prometheus', async () => {
  await expect(renderQueuePrometheus(summary)).toMatchFileSnapshot('../../fixtures/report/queue.prom');
  expect(renderQueuePrometheus(stateless)).not.toContain('by_sender');
});

test('MRTG: what it does not know is UNKNOWN', () => {
  expect(renderQueueMrtg(summary)).toBe('1500\n900\nqueue of 2026-11-24T17:04:04.000Z\nsender-survey\n');
  expect(renderQueueMrtg(stateless).split('\n')[1]).toBe('UNKNOWN');
});

describe('Nagios', () => {
  const data = 'messages=1500;; recipients=1600;; bounces=1200;1000; invalid=900;;';

  test('gets text, performance data and a code', () => {
    expect(renderQueueNagios(summary, [mustParse('bounces=1000')], [])).toEqual({
      text: `SENDER-SURVEY WARNING - bounces 1200 in the mail queue | ${data}\n`,
      exitCode: 1,
    });
  });

  test('all well', () => {
    expect(renderQueueNagios(summary, [mustParse('invalid=1000')], [mustParse('messages=2000')])).toMatchObject({
      text: expect.stringContaining('OK - messages 1500, recipients 1600, bounces 1200, invalid 900 in') as string,
      exitCode: 0,
    });
  });

  test('without a state nothing is known of senders', () => {
    expect(renderQueueNagios(stateless, [], [mustParse('invalid=1')]).exitCode).toBe(3);
    expect(renderQueueNagios(stateless, [], [mustParse('bounces=1')])).toMatchObject({
      text: expect.not.stringContaining('invalid') as string,
      exitCode: 2,
    });
  });
});

function mustParse(text: string): Threshold<WatchedCount> {
  const parsed = parseThreshold(text, countsWatched);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.threshold;
}
