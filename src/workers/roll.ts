/**
 * The roll of workers in Redis: each says every few seconds that it is there, and how many sessions it takes; the coordinator
 * reads it, and can set one aside.
 */
import type { Redis } from 'ioredis';
import { protocol } from './job.js';

/** How often a worker says that it is there, and when it is held to be gone, milliseconds. */
export const heartbeatMs = 3000;
export const goneAfterMs = 10_000;

/** A worker as it enters itself. */
export interface RollEntry {
  readonly name: string;
  readonly protocol: number;
  readonly version: string;
  /** Sessions that it carries out at once. */
  readonly slots: number;
}

/** The roll under a prefix. */
export class Roll {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async enter(entry: RollEntry): Promise<void> {
    await this.#redis.set(this.#entryKey(entry.name), JSON.stringify(entry), 'PX', goneAfterMs);
  }

  async leave(name: string): Promise<void> {
    await this.#redis.del(this.#entryKey(name));
  }

  /** All workers that are there. What is no entry is passed over. */
  async list(): Promise<RollEntry[]> {
    const keys: string[] = [];
    for await (const page of this.#redis.scanStream({ match: this.#entryKey('*'), count: 1000 })) {
      keys.push(...(page as string[]));
    }
    const values = keys.length === 0 ? [] : await this.#redis.mget(keys);
    return values.flatMap((value) => (value === null ? [] : readEntry(value)));
  }

  /** Takes no more jobs to this worker, until the time is over, and says why. */
  async setAside(name: string, why: string): Promise<void> {
    await this.#redis.set(this.#asideKey(name), why, 'EX', 86_400);
  }

  /** Why the worker is set aside; null where it is not. */
  async whyAside(name: string): Promise<string | null> {
    return await this.#redis.get(this.#asideKey(name));
  }

  #entryKey(name: string): string {
    return `${this.#prefix}:worker:${name}`;
  }

  #asideKey(name: string): string {
    return `${this.#prefix}:aside:${name}`;
  }
}

/** Whether the worker speaks as we do. */
export function isOfOurVersion(entry: RollEntry): boolean {
  return entry.protocol === protocol;
}

function readEntry(text: string): RollEntry[] {
  try {
    const { name, protocol: spoken, version, slots } = JSON.parse(text) as Partial<RollEntry>;
    if (typeof name !== 'string' || typeof spoken !== 'number' || typeof version !== 'string') return [];
    return Number.isInteger(slots) && slots! > 0 ? [{ name, protocol: spoken, version, slots: slots! }] : [];
  } catch {
    return [];
  }
}
