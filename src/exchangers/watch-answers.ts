/**
 * A resolver that tells what it is answered, for people who want to see it.
 */
import type { DnsAnswer, DnsResolver, MxRecord } from './resolver.js';

/** One answer, in words: `10 mx1.example.com, 20 mx2.example.com`, or `none`. */
export interface WatchedAnswer {
  readonly type: 'MX' | 'A' | 'AAAA';
  readonly name: string;
  readonly words: string;
}

/** `resolver`, with `tell` called for each answer as it comes. */
export function watchAnswers(resolver: DnsResolver, tell: (answer: WatchedAnswer) => void): DnsResolver {
  const watch = async <T>(type: WatchedAnswer['type'], name: string, asked: Promise<DnsAnswer<T>>, word: Word<T>) => {
    const answer = await asked;
    tell({ type, name, words: inWords(answer, word) });
    return answer;
  };
  const asIs = (address: string): string => address;
  return {
    mx: (domain) =>
      watch('MX', domain, resolver.mx(domain), ({ preference, exchange }) => mxWord(preference, exchange)),
    a: (host) => watch('A', host, resolver.a(host), asIs),
    aaaa: (host) => watch('AAAA', host, resolver.aaaa(host), asIs),
  };
}

type Word<T> = (record: T) => string;

function mxWord(preference: MxRecord['preference'], exchange: string): string {
  return `${preference} ${exchange === '' ? '.' : exchange}`;
}

function inWords<T>(answer: DnsAnswer<T>, word: Word<T>): string {
  if (answer.kind === 'records') return answer.records.map(word).join(', ');
  return answer.kind === 'failure' ? answer.what : noRecords[answer.kind];
}

const noRecords = {
  'no-such-name': 'no such name (NXDOMAIN)',
  'no-data': 'none',
  timeout: 'no answer in time',
} as const;
