import { expect, test } from 'vitest';
import type { DnsAnswer, DnsResolver } from './resolver.js';
import { watchAnswers, type WatchedAnswer } from './watch-answers.js';

const ttl = 60;

async function told(
  answer: DnsAnswer<never> | DnsAnswer<unknown>,
  type: 'mx' | 'a' | 'aaaa',
): Promise<WatchedAnswer[]> {
  const answers: WatchedAnswer[] = [];
  const asked = async () => answer as DnsAnswer<never>;
  const resolver: DnsResolver = { mx: asked, a: asked, aaaa: asked };
  expect(await watchAnswers(resolver, (one) => void answers.push(one))[type]('one.example')).toBe(answer);
  return answers;
}

test.for<[DnsAnswer<unknown>, 'mx' | 'a' | 'aaaa', string]>([
  [{ kind: 'records', records: [{ exchange: 'mx.one.example', preference: 10 }], ttl }, 'mx', '10 mx.one.example'],
  [{ kind: 'records', records: [{ exchange: '', preference: 0 }], ttl }, 'mx', '0 .'],
  [{ kind: 'records', records: ['192.0.2.1', '192.0.2.2'], ttl }, 'a', '192.0.2.1, 192.0.2.2'],
  [{ kind: 'no-data', ttl }, 'aaaa', 'none'],
  [{ kind: 'no-such-name', ttl }, 'mx', 'no such name (NXDOMAIN)'],
  [{ kind: 'timeout', ttl }, 'a', 'no answer in time'],
  [{ kind: 'failure', what: 'answered SERVFAIL', ttl }, 'mx', 'answered SERVFAIL'],
])('%j to %s: %s', async ([answer, type, words]) => {
  expect(await told(answer, type)).toEqual([{ type: type.toUpperCase(), name: 'one.example', words }]);
});
