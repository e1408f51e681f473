import { expect, test } from 'vitest';
import { surveyLyingDns } from './dns.js';

test('whatever DNS says, nothing forbidden is connected to', async () => {
  const { faults } = await surveyLyingDns();
  expect(faults).toEqual([]);
}, 120_000);
