import { expect, test } from 'vitest';
import { printHostileTexts } from './hostile.js';

test('hostile addresses and replies through every output: nothing obeys them', async () => {
  const { faults } = await printHostileTexts(12);
  expect(faults).toEqual([]);
}, 120_000);
