import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countedState, LiveMessages, refusedState, submittedState } from './live-messages.js';

test('it remembers, forgets and remembers anew', () => {
  const live = new LiveMessages();
  live.set(8, 1, submittedState);
  live.set(16, 1, countedState);
  expect([live.get(8, 1), live.get(16, 1), live.get(8, 2)]).toEqual([submittedState, countedState, 0]);
  live.forget(8, 1);
  expect([live.get(8, 1), live.get(16, 1)]).toEqual([0, countedState]);
  live.set(16, 1, refusedState);
  expect(live.get(16, 1)).toBe(refusedState);
});

test('as long as no more are in the queue than it can hold, it knows what a Map would know', () => {
  const key = fc.tuple(fc.constantFrom(8, 16, 24, -8, 0), fc.constantFrom(0, 1, 1024, 1025, 2048, -1));
  const action = fc.tuple(key, fc.constantFrom(submittedState, countedState, 0 as const));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const live = new LiveMessages();
      const model = new Map<string, number>();
      for (const [[high, low], state] of actions) {
        if (state === 0) {
          live.forget(high, low);
          model.delete(`${high} ${low}`);
        } else {
          live.set(high, low, state);
          model.set(`${high} ${low}`, state);
        }
      }
      for (const [[high, low]] of actions) expect(live.get(high, low)).toBe(model.get(`${high} ${low}`) ?? 0);
    }),
  );
});

test('past its bound it forgets the oldest', () => {
  const live = new LiveMessages(10_000);
  for (let i = 0; i < 100_000; i++) live.set(Math.imul(i, 0x9e3779b1), Math.imul(i, 0x85ebca6b), countedState);
  const known = (i: number): boolean => live.get(Math.imul(i, 0x9e3779b1), Math.imul(i, 0x85ebca6b)) === countedState;
  expect(known(0)).toBe(false);
  for (let i = 95_000; i < 100_000; i++) expect(known(i)).toBe(true);
});
