/**
 * A resolver that remembers: each answer is kept for its TTL, and a question that is being asked already is not asked
 * twice. Many domains share their mail servers, so most look-ups of hosts end here.
 */
import type { DnsAnswer, DnsResolver } from './resolver.js';

/**
 * `resolver` with a cache before it: for each kind of question the `maxEntries` names used last are kept. `clock` tells
 * the time in milliseconds.
 */
export function cacheAnswers(resolver: DnsResolver, clock: () => number, maxEntries = 10_000): DnsResolver {
  return {
    mx: remember((domain) => resolver.mx(domain), clock, maxEntries),
    a: remember((host) => resolver.a(host), clock, maxEntries),
    aaaa: remember((host) => resolver.aaaa(host), clock, maxEntries),
  };
}

interface Entry<T> {
  readonly answer: Promise<DnsAnswer<T>>;
  /** As the clock counts; no end while the question is under way. */
  expires: number;
}

type LookUp<T> = (name: string) => Promise<DnsAnswer<T>>;

function remember<T>(lookUp: LookUp<T>, clock: () => number, maxEntries: number): LookUp<T> {
  /** The Map's order is that of use: the first entry is the one longest unused. */
  const entries = new Map<string, Entry<T>>();
  const ask = (name: string): Entry<T> => {
    const entry = { answer: lookUp(name), expires: Infinity };
    void entry.answer.then(
      ({ ttl }) => (entry.expires = clock() + ttl * 1000),
      () => (entry.expires = 0),
    );
    return entry;
  };
  return (name) => {
    const known = entries.get(name);
    const entry = known !== undefined && clock() < known.expires ? known : ask(name);
    entries.delete(name);
    entries.set(name, entry);
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value ?? name);
    return entry.answer;
  };
}
