/**
 * A bell that one waits for and others ring.
 */
import type { Clock } from './clock.js';

/** A bell for one who waits. */
export class Bell {
  #ring: () => void = () => {};
  #rung = false;

  /** Wakes who waits, or lets the next wait end at once. */
  ring(): void {
    this.#rung = true;
    this.#ring();
  }

  /** Resolves at the next ring, or after `milliseconds` (null: at a ring only). A ring since the last wait counts. */
  async wait(clock: Clock, milliseconds: number | null): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const cancel = milliseconds === null ? () => {} : clock.after(milliseconds, resolve);
        this.#ring = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#rung = false;
  }
}
