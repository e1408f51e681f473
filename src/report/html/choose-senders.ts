/**
 * Which senders the page's table holds where it cannot hold all: wanted ones that would be refused before other
 * wanted ones before the rest, and those with more messages first.
 */
import type { Verdict } from '../../verdict/evidence.js';

/** The more important, the greater. */
export type Importance = number;

const mostMessages = 1e12;

/** How important a sender is. */
export function importanceOf(verdict: Verdict, wanted: boolean, messages: number): Importance {
  const isRefused = verdict === 'rejected' || verdict === 'undeliverable';
  const rank = wanted ? (isRefused ? 2 : 1) : 0;
  return rank * mostMessages + Math.min(messages, mostMessages - 1);
}

/** Counts how important the senders are; the memory it takes grows with the number of different importances. */
export class ImportanceTally {
  readonly #counts = new Map<Importance, number>();

  add(importance: Importance): void {
    this.#counts.set(importance, (this.#counts.get(importance) ?? 0) + 1);
  }

  /**
   * Tells for each sender, asked in the same order as counted, whether it is among the `limit` most important; of
   * equally important ones the first are.
   */
  chooser(limit: number): (importance: Importance) => boolean {
    let room = limit;
    let least = -1;
    for (const [importance, count] of [...this.#counts].toSorted(([a], [b]) => b - a)) {
      if (count > room) {
        least = importance;
        break;
      }
      room -= count;
    }
    return (importance) => importance > least || (importance === least && room-- > 0);
  }
}
