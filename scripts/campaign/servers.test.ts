import { expect, test } from 'vitest';
import { faultCases } from './faults.js';
import { surveyFaultyServers } from './servers.js';

test('every fault at every stage: the verdict of CONTRACT, in time, and the survey goes on', async () => {
  const { faults, senders } = await surveyFaultyServers({
    cases: faultCases,
    sites: 1,
    concurrency: 200,
    replyMs: 3000,
    recipients: 10,
  });
  expect(faults).toEqual([]);
  expect(senders).toBe(3 * faultCases.length);
});
