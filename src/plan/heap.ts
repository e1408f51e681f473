/**
 * A binary heap whose items know their place in it, so that any of them can be moved or taken out in O(log n).
 */

/** What an item must carry: its index in the heap it is in. Only the heap writes it. */
export interface HeapItem {
  heapIndex: number;
}

/** A priority queue. What decides the order of an item may change only right before `update` is called for it. */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before(a, b)`: whether a comes out before b. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  /** The item that comes first, which stays; undefined where there is none. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item that is in no heap. */
  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes out an item that is in this heap. */
  remove(item: T): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    last.heapIndex = item.heapIndex;
    this.update(last);
  }

  /** Restores the order after an item of this heap has changed. */
  update(item: T): void {
    this.#rise(item, item.heapIndex);
    this.#sink(item, item.heapIndex);
  }

  #rise(item: T, from: number): void {
    let index = from;
    for (let parent = this.#parent(index); parent && this.#before(item, parent); parent = this.#parent(index)) {
      const next = parent.heapIndex;
      this.#place(parent, index);
      index = next;
    }
    this.#place(item, index);
  }

  #sink(item: T, from: number): void {
    let index = from;
    for (let child = this.#firstChild(index); child && this.#before(child, item); child = this.#firstChild(index)) {
      const next = child.heapIndex;
      this.#place(child, index);
      index = next;
    }
    this.#place(item, index);
  }

  #parent(index: number): T | undefined {
    return this.#items[(index - 1) >> 1];
  }

  /** The child of a place that comes out before the other. */
  #firstChild(index: number): T | undefined {
    const left = this.#items[2 * index + 1];
    const right = this.#items[2 * index + 2];
    return left && right && this.#before(right, left) ? right : left;
  }

  #place(item: T, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }
}
