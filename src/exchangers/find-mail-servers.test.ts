import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDnsServer, type DnsServer } from './dns-server.test-support.js';
import { createMailServerFinder, type MailServerFinderParts } from './find-mail-servers.js';
import { createNetworkGuard } from './forbidden-networks.js';
import { createDnsResolver } from './resolver.js';

/** Global addresses, none of which is ever connected to: the only server here is that for DNS. */
const zone = `
  plain.test       MX 20 mx2.plain.test
  plain.test       MX 10 MX1.plain.test
  mx1.plain.test   A 9.0.0.1
  mx2.plain.test   A 9.0.0.2

  dual.test        MX 10 mx.dual.test
  mx.dual.test     A 9.0.1.1
  mx.dual.test     A 9.0.1.2
  mx.dual.test     A 9.0.1.3
  mx.dual.test     AAAA 2a00::1

  implicit.test    A 9.0.2.1
  implicit6.test   AAAA 2a00::2
  alias.test       CNAME plain.test
  alias-host.test  CNAME implicit.test
  mx-alias.test    MX 10 alias-host.test
  null.test        MX 0 .
  null.test        A 9.0.2.2
  half-null.test   MX 0 .
  half-null.test   MX 10 mx1.plain.test
  empty.test       NONE
  empty.test       A 192.0.2.99
  nothing.test     NONE

  servfail.test    MX SERVFAIL
  servfail.test    A 9.0.2.3
  refused.test     MX REFUSED
  silent.test      MX SILENCE
  silent.test      A 9.0.2.4

  hosts-gone.test  MX 10 gone1.test
  hosts-gone.test  MX 20 nothing.test
  no-hosts.test    MX 10 192.0.2.1
  no-hosts.test    MX 10 localhost
  no-hosts.test    A 9.0.2.5
  one-gone.test    MX 10 gone1.test
  one-gone.test    MX 20 mx1.plain.test
  one-lost.test    MX 10 lost.test
  one-lost.test    MX 20 mx1.plain.test
  lost.test        A SERVFAIL
  lost.test        AAAA SERVFAIL
  all-lost.test    MX 10 gone1.test
  all-lost.test    MX 20 lost.test
  slow.test        MX 10 mx.slow.test
  mx.slow.test     A SILENCE
  half.test        MX 10 mx.half.test
  mx.half.test     A 9.0.2.6
  mx.half.test     AAAA SERVFAIL
  half-none.test   MX 10 mx.half-none.test
  mx.half-none.test AAAA REFUSED

  many.test        MX 10 mx1.plain.test
  many.test        MX 20 mx.dual.test
  many.test        MX 30 mx2.plain.test
  many.test        MX 40 unasked.test
  twins.test       MX 10 twin1.test
  twins.test       MX 20 twin2.test
  twin1.test       A 9.0.3.1
  twin1.test       A 9.0.3.1
  twin2.test       A 9.0.3.1
  equal.test       MX 10 mx1.plain.test
  equal.test       MX 10 mx2.plain.test
  ${Array.from({ length: 25 }, (_, index) => `crowd.test MX ${index} gone${index}.crowd.test`).join('\n')}

  inside.test      MX 10 mx.inside.test
  mx.inside.test   A 10.1.2.3
  mx.inside.test   AAAA ::1
  mixed.test       MX 10 mx.mixed.test
  mx.mixed.test    A 127.0.0.1
  mx.mixed.test    A 9.0.4.1
  inside-lost.test MX 10 mx.inside.test
  inside-lost.test MX 20 lost.test
`;

let server: DnsServer;
beforeAll(async () => {
  server = await startDnsServer(zone);
});
afterAll(() => server.close());

function find(domain: string, parts: Partial<MailServerFinderParts> = {}) {
  const resolver = createDnsResolver({ servers: [server.address], timeoutMs: 50, tries: 1 });
  const guard = createNetworkGuard([]);
  return createMailServerFinder({ resolver, guard, ipVersion: 'any', random: () => 0, clock: () => 0, ...parts }).find(
    domain,
  );
}

/** The servers found as `host=address,address`, or the event. */
async function summary(domain: string, parts: Partial<MailServerFinderParts> = {}): Promise<string[]> {
  const found = await find(domain, parts);
  if (found.kind === 'none') return [found.event];
  return found.servers.map(({ host, addresses }) => `${host}=${addresses.join()}`);
}

describe('servers', () => {
  test.for<[what: string, domain: string, servers: string[]]>([
    ['MX by preference', 'plain.test', ['mx1.plain.test=9.0.0.1', 'mx2.plain.test=9.0.0.2']],
    ['IPv4 and IPv6 in turns', 'dual.test', ['mx.dual.test=9.0.1.1,2a00::1,9.0.1.2,9.0.1.3']],
    ['implicit MX', 'implicit.test', ['implicit.test=9.0.2.1']],
    ['implicit MX on IPv6', 'implicit6.test', ['implicit6.test=2a00::2']],
    ['domain is a CNAME', 'alias.test', ['mx1.plain.test=9.0.0.1', 'mx2.plain.test=9.0.0.2']],
    ['MX is a CNAME', 'mx-alias.test', ['alias-host.test=9.0.2.1']],
    ['null MX beside another', 'half-null.test', ['mx1.plain.test=9.0.0.1']],
    ['an exchanger that does not exist', 'one-gone.test', ['mx1.plain.test=9.0.0.1']],
    ['an exchanger that DNS fails for', 'one-lost.test', ['mx1.plain.test=9.0.0.1']],
    ['a family that DNS fails for', 'half.test', ['mx.half.test=9.0.2.6']],
    ['at most five addresses', 'many.test', ['mx1.plain.test=9.0.0.1', 'mx.dual.test=9.0.1.1,2a00::1,9.0.1.2,9.0.1.3']],
    ['the same address only once', 'twins.test', ['twin1.test=9.0.3.1']],
    ['forbidden addresses left out', 'mixed.test', ['mx.mixed.test=9.0.4.1']],
  ])('%s', async ([, domain, servers]) => {
    expect(await summary(domain)).toEqual(servers);
  });

  test.for<[ipVersion: '4' | '6', domain: string, servers: string[]]>([
    ['4', 'dual.test', ['mx.dual.test=9.0.1.1,9.0.1.2,9.0.1.3']],
    ['6', 'dual.test', ['mx.dual.test=2a00::1']],
    ['4', 'implicit6.test', ['network-unreachable']],
    ['6', 'plain.test', ['network-unreachable']],
    ['6', 'one-gone.test', ['network-unreachable']],
    ['6', 'empty.test', ['network-unreachable']],
    ['4', 'half-none.test', ['dns-failure']],
    ['4', 'nothing.test', ['no-mail-host']],
    ['6', 'hosts-gone.test', ['no-mail-host']],
  ])('on IPv%s only: %s', async ([ipVersion, domain, servers]) => {
    expect(await summary(domain, { ipVersion })).toEqual(servers);
  });

  test('the other IP version is looked at only where there is none of the one asked for, and named', async () => {
    const asked = server.queries.length;
    await find('dual.test', { ipVersion: '4' });
    expect(server.queries.slice(asked).join()).not.toContain('AAAA');
    expect(await find('implicit6.test', { ipVersion: '4' })).toEqual({
      kind: 'none',
      event: 'network-unreachable',
      detail: 'implicit6.test has only IPv6, and --ip-version 4 was asked for',
    });
  });

  test('the number of addresses is settable', async () => {
    expect(await summary('dual.test', { maxAddresses: 2 })).toEqual(['mx.dual.test=9.0.1.1,2a00::1']);
  });

  test('exchangers past the last address needed are not looked up', async () => {
    const asked = server.queries.length;
    await find('many.test');
    const queries = server.queries.slice(asked).join();
    expect(queries).toContain('A mx.dual.test');
    expect(queries).not.toContain('mx2.plain.test');
    expect(queries).not.toContain('unasked.test');
  });

  test('exchangers of equal preference take turns', async () => {
    const lots = [0.2, 0.1, 0.1, 0.2];
    const first = new Set<string | undefined>();
    for (const _ of [1, 2]) first.add((await summary('equal.test', { random: () => lots.shift() ?? 0 }))[0]);
    expect(first).toEqual(new Set(['mx1.plain.test=9.0.0.1', 'mx2.plain.test=9.0.0.2']));
  });
});

describe('none', () => {
  test.for([
    ['unheard-of.test', 'no-such-domain', 'MX answered NXDOMAIN'],
    ['nothing.test', 'no-mail-host', 'no MX record and no address'],
    ['null.test', 'null-mx', 'null MX (RFC 7505)'],
    ['hosts-gone.test', 'no-mail-host', 'MX gone1.test, nothing.test: no address'],
    ['no-hosts.test', 'no-mail-host', 'MX 192.0.2.1, localhost: no address'],
    ['servfail.test', 'dns-failure', 'MX answered SERVFAIL'],
    ['refused.test', 'dns-failure', 'MX answered REFUSED'],
    ['silent.test', 'dns-timeout', 'MX timed out'],
    ['all-lost.test', 'dns-failure', 'A of lost.test answered SERVFAIL'],
    ['half-none.test', 'dns-failure', 'AAAA of mx.half-none.test answered REFUSED'],
    ['slow.test', 'dns-timeout', 'A of mx.slow.test timed out'],
    ['empty.test', 'forbidden-network', 'empty.test is 192.0.2.99'],
    ['inside.test', 'forbidden-network', 'mx.inside.test is 10.1.2.3, ::1'],
    ['inside-lost.test', 'dns-failure', 'A of lost.test answered SERVFAIL'],
  ] as const)('%s: %s, %s', async ([domain, event, detail]) => {
    expect(await find(domain)).toEqual({ kind: 'none', event, detail });
  });

  test('a failing MX look-up never falls back to the domain’s own address', async () => {
    const asked = server.queries.length;
    await Promise.all([find('servfail.test'), find('silent.test')]);
    expect(server.queries.slice(asked).toSorted()).toEqual(['udp MX servfail.test', 'udp MX silent.test']);
  });

  test('no more than 20 exchangers are looked up', async () => {
    const asked = server.queries.length;
    expect(await summary('crowd.test')).toEqual(['no-mail-host']);
    expect(server.queries.slice(asked).filter((query) => query.includes('udp A '))).toHaveLength(20);
  });
});

test('an allowed network is not forbidden', async () => {
  const guard = createNetworkGuard(['10.0.0.0/8']);
  expect(await summary('inside.test', { guard })).toEqual(['mx.inside.test=10.1.2.3']);
});

test('many look-ups at once share what they ask', async () => {
  const resolver = createDnsResolver({ servers: [server.address], timeoutMs: 50, tries: 1 });
  const parts = { resolver, guard: createNetworkGuard([]), ipVersion: 'any', random: () => 0, clock: () => 0 } as const;
  const finder = createMailServerFinder(parts);
  const asked = server.queries.length;
  const domains = Array.from(
    { length: 200 },
    (_, index) => ['plain.test', 'equal.test', 'one-gone.test'][index % 3] ?? '',
  );
  const found = await Promise.all(domains.map((domain) => finder.find(domain)));
  expect(found.filter(({ kind }) => kind === 'servers')).toHaveLength(200);
  const queries = server.queries.slice(asked);
  expect(queries).toHaveLength(new Set(queries).size);
  expect(queries).toHaveLength(3 + 2 * 3);
});
