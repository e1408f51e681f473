import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDnsServer, type DnsServer } from './dns-server.test-support.js';
import { createDnsResolver, parseServer, type DnsResolver } from './resolver.js';

const manyHosts = Array.from({ length: 40 }, (_, index) => `exchanger-number-${index}.crowd.test`);

const zone = `
  plain.test          MX 10 mx.plain.test
  plain.test          MX 20 MX2.Plain.Test
  mx.plain.test   300 A 192.0.2.1
  mx.plain.test   200 A 192.0.2.2
  mx.plain.test       AAAA 2001:db8::1
  null.test           MX 0 .
  alias.test      120 CNAME plain.test
  www.test        120 CNAME mx.plain.test
  dangling.test       CNAME gone.test
  leads-nowhere.test  CNAME empty.test
  empty.test          NONE
  long.test    900000 A 192.0.2.3
  fleeting.test     0 A 192.0.2.4
  servfail.test       MX SERVFAIL
  servfail.test       A SERVFAIL
  servfail.test       AAAA SERVFAIL
  refused.test        MX REFUSED
  formerr.test        MX FORMERR
  notimp.test         MX NOTIMP
  garbage.test        MX GARBAGE
  silent.test         MX SILENCE
  silent.test         A SILENCE
  odd.test            MX 10 two words.test
  ${manyHosts.map((host) => `crowd.test MX 10 ${host}`).join('\n')}
`;

let server: DnsServer;
let resolver: DnsResolver;
beforeAll(async () => {
  server = await startDnsServer(zone);
  resolver = createDnsResolver({ servers: [server.address], timeoutMs: 50, tries: 1 });
});
afterAll(() => server.close());

describe('answers', () => {
  test.for([
    ['servfail.test', 'answered SERVFAIL'],
    ['refused.test', 'answered REFUSED'],
    ['formerr.test', 'answered FORMERR'],
    ['notimp.test', 'answered NOTIMP'],
    ['garbage.test', 'got a malformed answer'],
    [`${'x'.repeat(64)}.test`, 'cannot be asked: no name for DNS'],
  ] as const)('MX of %s: failure, %s', async ([domain, what]) => {
    expect(await resolver.mx(domain)).toEqual({ kind: 'failure', what, ttl: 60 });
  });

  test.for([
    ['unheard-of.test', 'no-such-name'],
    ['dangling.test', 'no-such-name'],
    ['empty.test', 'no-data'],
    ['leads-nowhere.test', 'no-data'],
    ['mx.plain.test', 'no-data'],
  ] as const)('MX of %s: %s', async ([domain, kind]) => {
    expect(await resolver.mx(domain)).toEqual({ kind, ttl: 300 });
  });

  test('MX records come as they are spelt, also through a CNAME', async () => {
    const records = [
      { exchange: 'mx.plain.test', preference: 10 },
      { exchange: 'MX2.Plain.Test', preference: 20 },
    ];
    expect(await resolver.mx('plain.test')).toEqual({ kind: 'records', records, ttl: 3600 });
    expect(await resolver.mx('alias.test')).toEqual({ kind: 'records', records, ttl: 3600 });
  });

  test('the exchange of a null MX is empty', async () => {
    const records = [{ exchange: '', preference: 0 }];
    expect(await resolver.mx('null.test')).toEqual({ kind: 'records', records, ttl: 3600 });
  });

  test('an exchange that is no host name does no harm', async () => {
    expect(await resolver.mx('odd.test')).toMatchObject({ records: [{ exchange: 'two words.test' }] });
  });

  test('addresses come with the shortest TTL, that of a CNAME included', async () => {
    const records = ['192.0.2.1', '192.0.2.2'];
    expect(await resolver.a('mx.plain.test')).toEqual({ kind: 'records', records, ttl: 200 });
    expect(await resolver.a('www.test')).toEqual({ kind: 'records', records, ttl: 120 });
    expect(await resolver.aaaa('mx.plain.test')).toEqual({ kind: 'records', records: ['2001:db8::1'], ttl: 60 });
  });

  test('no TTL is believed beyond an hour, and 0 is taken as it is', async () => {
    expect(await resolver.a('long.test')).toMatchObject({ ttl: 3600 });
    expect(await resolver.a('fleeting.test')).toMatchObject({ ttl: 0 });
  });

  test('a truncated answer is asked for again over TCP', async () => {
    const answer = await resolver.mx('crowd.test');
    expect(answer.kind === 'records' && answer.records.map(({ exchange }) => exchange)).toEqual(manyHosts);
    expect(server.queries).toContain('tcp MX crowd.test');
  });

  test('names are asked for as they are: no search domain, no hosts file, no short cut for localhost', async () => {
    expect(await resolver.a('localhost')).toEqual({ kind: 'no-such-name', ttl: 300 });
    expect(server.queries.filter((query) => query.includes('localhost'))).toEqual(['udp A localhost']);
  });
});

describe('failing servers', () => {
  test('a server that says nothing is a timeout, and holds up no other question', async () => {
    const silent = resolver.mx('silent.test');
    expect(await Promise.race([silent, resolver.mx('null.test')])).toMatchObject({ kind: 'records' });
    expect(await silent).toEqual({ kind: 'timeout', ttl: 60 });
  });

  test('a server that is not there is a failure', async () => {
    const gone = await startDnsServer('');
    await gone.close();
    const answer = await createDnsResolver({ servers: [gone.address], timeoutMs: 50, tries: 1 }).a('plain.test');
    expect(answer).toEqual({ kind: 'failure', what: 'reached no DNS server', ttl: 60 });
  });

  test('cancel ends what is under way and what comes later', async () => {
    const cancelled = { kind: 'failure', what: 'was cancelled', ttl: 60 };
    const ending = createDnsResolver({ servers: [server.address], concurrency: 1 });
    const [underWay, waiting] = [ending.a('silent.test'), ending.a('mx.plain.test')];
    // The question must be on its way, or there is nothing to cancel.
    await expect.poll(() => server.queries).toContain('udp A silent.test');
    ending.cancel();
    expect(await Promise.all([underWay, waiting, ending.mx('plain.test')])).toEqual([cancelled, cancelled, cancelled]);
  });
});

test('no more questions are under way than allowed, and all are answered', async () => {
  const few = createDnsResolver({ servers: [server.address], timeoutMs: 50, tries: 1, concurrency: 2 });
  const started = server.queries.length;
  const silent = [few.a('silent.test'), few.a('silent.test')];
  const third = few.a('long.test');
  await Promise.race(silent);
  expect(server.queries.slice(started)).not.toContain('udp A long.test');
  expect(await third).toMatchObject({ kind: 'records', records: ['192.0.2.3'] });
  await Promise.all(silent);
});

describe('servers', () => {
  test.for([
    ['192.0.2.53', '192.0.2.53:53'],
    ['192.0.2.53:5353', '192.0.2.53:5353'],
    ['192.0.2.53:65535', '192.0.2.53:65535'],
    ['2001:db8::53', '[2001:db8::53]:53'],
    ['[2001:db8::53]', '[2001:db8::53]:53'],
    ['[2001:db8::53]:5353', '[2001:db8::53]:5353'],
    ['', null],
    ['dns.example', null],
    ['localhost:53', null],
    ['192.0.2', null],
    ['192.0.2.53:', null],
    ['192.0.2.53:0', null],
    ['192.0.2.53:65536', null],
    ['192.0.2.53:99999', null],
    ['192.0.2.53:53x', null],
    ['[192.0.2.53]:53', null],
    ['[2001:db8::53]:0', null],
    ['[fe80::1%eth0]:53', null],
    ['fe80::1%eth0', null],
    [' 192.0.2.53', null],
  ] as const)('“%s” → %s', ([text, expected]) => {
    expect(parseServer(text)).toBe(expected);
  });

  test('one that cannot be read is refused before node:dns sees it', () => {
    expect(() => createDnsResolver({ servers: ['127.0.0.1:0'] })).toThrow(
      'not IP[:PORT], nor [IPv6]:PORT: 127.0.0.1:0',
    );
  });
});
