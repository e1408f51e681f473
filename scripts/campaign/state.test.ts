import { expect, test } from 'vitest';
import { damageStates, surveyTwiceAtOnce } from './state.js';

test('a second survey is refused, and takes nothing from the first', async () => {
  const { faults } = await surveyTwiceAtOnce();
  expect(faults).toEqual([]);
});

test('a state that is newer or damaged is refused and left as it is, or gives every sender', async () => {
  const { faults } = await damageStates(6, 'test');
  expect(faults).toEqual([]);
}, 120_000);
