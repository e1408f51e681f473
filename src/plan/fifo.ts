/**
 * A queue, first in first out, in constant time. A linked list: the planner keeps several of them a site, nearly all
 * of length one, and an array would reserve sixteen places more for each.
 */

interface Link<T> {
  readonly item: T;
  next: Link<T> | null;
}

/** First in, first out. */
export class Fifo<T> {
  #head: Link<T> | null = null;
  #tail: Link<T> | null = null;

  get empty(): boolean {
    return this.#head === null;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    const link = { item, next: null };
    if (this.#tail === null) this.#head = link;
    else this.#tail.next = link;
    this.#tail = link;
  }

  /** The first item, which stays; undefined where there is none. */
  peek(): T | undefined {
    return this.#head?.item;
  }

  /** Takes the first item out; undefined where there is none. */
  shift(): T | undefined {
    const first = this.#head;
    if (first === null) return undefined;
    this.#head = first.next;
    if (this.#head === null) this.#tail = null;
    return first.item;
  }
}
