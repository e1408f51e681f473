import { expect, test } from 'vitest';
import { killAgainAndAgain } from './kill.js';
import { hangUpAndStarve } from './process.js';

test('killed at any moment, the same command goes on, and nothing is lost', async () => {
  const { faults } = await killAgainAndAgain(5, 'test');
  expect(faults).toEqual([]);
});

test('after SIGHUP, and out of descriptors, the same command goes on', async () => {
  const { faults } = await hangUpAndStarve();
  expect(faults).toEqual([]);
});
