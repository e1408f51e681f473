import { expect, test } from 'vitest';
import { fuzzLogs, logsIn } from './campaign.js';

test('damaged logs of every format are read the same however they are cut, or refused in words', async () => {
  const logs = logsIn(['fixtures/logs', 'fixtures/compressed']);
  expect(logs.length).toBeGreaterThan(30);
  await expect(fuzzLogs(logs, 1000, 2005)).resolves.toBeUndefined();
}, 120_000);
