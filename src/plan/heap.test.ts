import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from './heap.js';

interface Item {
  rank: number;
  heapIndex: number;
}

const step = fc.record({
  what: fc.constantFrom('push', 'remove', 'change'),
  which: fc.nat(),
  rank: fc.integer({ min: 0, max: 9 }),
});

test('the first item is always one of the lowest rank, whatever was added, taken out or changed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new Heap<Item>((a, b) => a.rank < b.rank);
      const items: Item[] = [];
      for (const { what, which, rank } of steps) {
        const item = items[which % items.length];
        if (what === 'push' || item === undefined) {
          items.push({ rank, heapIndex: -1 });
          heap.push(items.at(-1)!);
        } else if (what === 'remove') {
          heap.remove(item);
          items.splice(items.indexOf(item), 1);
        } else {
          item.rank = rank;
          heap.update(item);
        }
        expect(heap.peek()?.rank).toBe(items.length === 0 ? undefined : Math.min(...items.map((one) => one.rank)));
      }
      const drained = items.map(() => {
        const first = heap.peek()!;
        heap.remove(first);
        return first.rank;
      });
      expect(drained).toEqual(drained.toSorted((a, b) => a - b));
      expect(heap.peek()).toBeUndefined();
    }),
  );
});
