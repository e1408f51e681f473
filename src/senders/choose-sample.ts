/**
 * A simple random sample of senders without replacement. Every address has a rank that follows from the seed and the
 * address alone, SHA-256 of both; the sample of N are the N lowest ranks. So the same seed gives the same sample in
 * whatever order the logs are read, and the sample of N is part of every larger one; where more senders appear, each
 * of them only takes the place of the one that then ranks last.
 */
import { hash } from 'node:crypto';
import { formatAddress, parseAddress } from './address.js';

/** A sender and the messages that it weighs. */
export interface Weighed {
  /** In any spelling; those with the same canonical one are one sender. */
  readonly address: string;
  readonly messages: number;
}

/** Who was drawn, and from how many. */
export interface ChosenSample {
  /** Senders drawn: as many as asked for, or all. */
  readonly size: number;
  /** Senders that it was drawn from. */
  readonly population: number;
  /** Of the messages of all these senders: their sum, and the sum of the squares of each sender's. */
  readonly messages: number;
  readonly squaredMessages: number;
  /** Whether this address is in the sample. */
  has(address: string): boolean;
}

/** Draws `size` of the senders, or all where there are fewer. Takes 16 bytes a sender for a while. */
export function chooseSample(senders: Iterable<Weighed>, size: number, seed: string): ChosenSample {
  const ranks = new Ranks();
  let [messages, squaredMessages] = [0, 0];
  for (const sender of senders) {
    ranks.add(rankOf(sender.address, seed));
    messages += sender.messages;
    squaredMessages += sender.messages ** 2;
  }
  const ordered = ranks.distinct();
  const drawn = Math.min(size, ordered.length);
  const last = drawn === 0 ? -1 : ordered[drawn - 1]!;
  return {
    size: drawn,
    population: ordered.length,
    messages,
    squaredMessages,
    has: (address) => rankOf(address, seed) <= last,
  };
}

/** The first 52 bits of the hash: among ten million addresses, two have the same ones with a chance of 1 in 90. */
function rankOf(address: string, seed: string): number {
  return Number.parseInt(hash('sha256', `${seed}\0${canonical(address)}`).slice(0, 13), 16);
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  return parsed.ok ? formatAddress(parsed.mailbox) : address;
}

/** Numbers in little memory. */
class Ranks {
  #numbers = new Float64Array(4096);
  #count = 0;

  add(rank: number): void {
    if (this.#count === this.#numbers.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count] = rank;
    this.#count += 1;
  }

  /** In order, each once. */
  distinct(): Float64Array {
    const ordered = this.#numbers.subarray(0, this.#count).toSorted();
    let kept = 0;
    for (const [at, rank] of ordered.entries()) {
      if (at > 0 && rank === ordered[kept - 1]) continue;
      ordered[kept] = rank;
      kept += 1;
    }
    return ordered.subarray(0, kept);
  }
}
