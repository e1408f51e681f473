/**
 * The helm: an entry in Redis that says which run coordinates the workers under a prefix. It runs out when its run is not heard of,
 * and every session is bound to it: workers start none for a run that does not hold it.
 */
import type { Redis } from 'ioredis';

/** How long a run that is not heard of keeps it, seconds. */
const helmSeconds = 10;

/** Takes it where it is free; gives who has it then. */
const take = `
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2])
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return holder`;

const leave = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** The helm under a prefix. */
export class Helm {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}:coordinator`;
  }

  /** Takes it, or keeps it for another while, also where it ran out; false where another run has it. */
  async hold(run: string): Promise<boolean> {
    return (await this.#redis.eval(take, 1, this.#key, run, helmSeconds)) === run;
  }

  /** Gives it up, if the run has it. */
  async leave(run: string): Promise<void> {
    await this.#redis.eval(leave, 1, this.#key, run);
  }

  /** The run that has it; null where none has. */
  async holder(): Promise<string | null> {
    return await this.#redis.get(this.#key);
  }
}
