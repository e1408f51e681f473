/**
 * The roll of workers in Redis: each says every few seconds that it is there, and how many sessions it takes; the coordinator
 * reads it, and can set one aside.
 */
import type { Redis } from 'ioredis';
import { protocol } from './job.js';

/** How often a worker says that it is there, and when it is held to be gone, milliseconds. */
export const heartbeatMs = 2000;
const goneAfterMs = 10_000;
/** How long a worker stays set aside, seconds: it is a new one when it is started again. */
const asideSeconds = 86_400;

/** A worker as it enters itself. */
export interface RollEntry {
  readonly name: string;
  readonly protocol: number;
  readonly version: string;
  /** Sessions that it carries out at once. */
  readonly slots: number;
}

/** A worker on the roll. */
export interface Listed extends RollEntry {
  /** Why it is set aside; null where it is not. */
  readonly aside: string | null;
}

/** The roll under a prefix. */
export class Roll {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** Says that the worker is there. Gives why it is set aside; null where it is not. */
  async enter(entry: RollEntry): Promise<string | null> {
    const { name } = entry;
    const [, , aside] = await Promise.all([
      this.#redis.sadd(this.#namesKey, name),
      this.#redis.set(this.#entryKey(name), JSON.stringify(entry), 'PX', goneAfterMs),
      this.whyAside(name),
    ]);
    return aside;
  }

  async leave(name: string): Promise<void> {
    await Promise.all([this.#redis.del(this.#entryKey(name)), this.#redis.srem(this.#namesKey, name)]);
  }

  /** All workers that are there. What is no entry is passed over; those that are gone are forgotten. */
  async list(): Promise<Listed[]> {
    const names = await this.#redis.smembers(this.#namesKey);
    if (names.length === 0) return [];
    const keys = [...names.map((name) => this.#entryKey(name)), ...names.map((name) => this.#asideKey(name))];
    const values = await this.#redis.mget(keys);
    const gone = names.filter((_, i) => values[i] === null);
    if (gone.length > 0) await this.#redis.srem(this.#namesKey, ...gone);
    return names.flatMap((_, i) => {
      const entry = readEntry(values[i] ?? '');
      return entry === null ? [] : [{ ...entry, aside: values[names.length + i] ?? null }];
    });
  }

  /** Takes no more jobs to this worker, until the time is over, and says why. */
  async setAside(name: string, why: string): Promise<void> {
    await this.#redis.set(this.#asideKey(name), why, 'EX', asideSeconds);
  }

  /** Why the worker is set aside; null where it is not. */
  async whyAside(name: string): Promise<string | null> {
    return await this.#redis.get(this.#asideKey(name));
  }

  get #namesKey(): string {
    return `${this.#prefix}:workers`;
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

function readEntry(text: string): RollEntry | null {
  try {
    const { name, protocol: spoken, version, slots } = JSON.parse(text) as Partial<RollEntry>;
    if (typeof name !== 'string' || typeof spoken !== 'number' || typeof version !== 'string') return null;
    return Number.isInteger(slots) && slots! > 0 ? { name, protocol: spoken, version, slots: slots! } : null;
  } catch {
    return null;
  }
}
