import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.js';

test('what is added comes out in the same order', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat())), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      for (const added of steps) {
        expect(fifo.peek()).toBe(model[0]);
        expect(fifo.empty).toBe(model.length === 0);
        const removed = added === null ? [fifo.shift(), model.shift()] : [];
        expect(removed[0]).toBe(removed[1]);
        if (added === null) continue;
        fifo.push(added);
        model.push(added);
      }
    }),
  );
});
