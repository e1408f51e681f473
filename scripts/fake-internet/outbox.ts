/**
 * What a fake server has still to say: texts that go out in order, each when it is due, so that a pipelined group of
 * commands is answered one round trip later and not one after the other.
 */

interface Item {
  readonly due: number;
  readonly text: string;
  readonly afterwards: (() => void) | undefined;
}

/** Holds texts until they are due and gives those due together to `write` as one. */
export class Outbox {
  readonly #write: (text: string) => void;
  readonly #items: Item[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Whether something is still waiting to go out. */
  get waiting(): boolean {
    return this.#items.length > 0;
  }

  /** Sends the text `delayMs` from now, yet not before the texts put in earlier; calls `afterwards` when done. */
  put(text: string, delayMs: number, afterwards?: () => void): void {
    if (this.#closed) return;
    const due = Math.max(performance.now() + delayMs, this.#items.at(-1)?.due ?? 0);
    this.#items.push({ due, text, afterwards });
    if (this.#timer === undefined) this.#next();
  }

  /** Forgets what has not been sent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#items.length = 0;
  }

  #next(): void {
    this.#timer = undefined;
    const now = performance.now();
    let text = '';
    let afterwards: (() => void) | undefined;
    // A timer may fire up to a millisecond early: what is due within one goes out as well.
    while (afterwards === undefined && (this.#items[0]?.due ?? Infinity) <= now + 1) {
      const item = this.#items.shift();
      text += item?.text ?? '';
      afterwards = item?.afterwards;
    }
    if (text !== '') this.#write(text);
    afterwards?.();
    const next = this.#items[0];
    if (next !== undefined && !this.#closed) this.#timer = setTimeout(() => this.#next(), next.due - performance.now());
  }
}
