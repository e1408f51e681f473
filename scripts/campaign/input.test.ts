import { expect, test } from 'vitest';
import { readNoise, unfoldBombs } from './input.js';

test('binary noise is refused in words, or read', async () => {
  const { faults } = await readNoise(6, 'test');
  expect(faults).toEqual([]);
});

test('what unfolds to 100 MB is read in bounded memory, and what stands before and after it is found', async () => {
  const { faults } = await unfoldBombs(1);
  expect(faults).toEqual([]);
}, 120_000);
