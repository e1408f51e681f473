import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseExchangers } from './choose-exchangers.js';

/** MX records from `10 mx.example.test` and the like; a bare preference is a null MX. */
function records(...texts: string[]) {
  return texts.map((text) => {
    const [preference, exchange = ''] = text.split(' ');
    return { preference: Number(preference), exchange };
  });
}

function namesIn(chosen: ReturnType<typeof chooseExchangers>): string[] {
  return chosen.kind === 'hosts' ? chosen.hosts.map(({ host }) => host) : [];
}

test.for([
  {
    what: 'best preference first',
    mx: ['20 b.test.example', '5 a.test.example'],
    hosts: ['a.test.example', 'b.test.example'],
  },
  { what: 'lower case, no final dot', mx: ['10 MX.Example.TEST.'], hosts: ['mx.example.test'] },
  {
    what: 'a host named twice at its best place',
    mx: ['20 A.test.example', '10 b.test.example', '5 a.test.example'],
    hosts: ['a.test.example', 'b.test.example'],
  },
  { what: 'a null MX beside others ignored', mx: ['0', '10 mx.example.test'], hosts: ['mx.example.test'] },
  { what: 'underscores taken', mx: ['10 mx_1.example.test'], hosts: ['mx_1.example.test'] },
  {
    what: 'an IPv4 address is no host',
    mx: ['10 192.0.2.1', '20 mx.example.test'],
    hosts: ['mx.example.test'],
    unusable: ['192.0.2.1'],
  },
  { what: 'an IPv6 address is no host', mx: ['10 2001:db8::1'], hosts: [], unusable: ['2001:db8::1'] },
  { what: 'an address in other bases is no host', mx: ['10 0x7f.0.0.0x1'], hosts: [], unusable: ['0x7f.0.0.0x1'] },
  {
    what: 'localhost is no host',
    mx: ['10 localhost', '20 mx.localhost'],
    hosts: [],
    unusable: ['localhost', 'mx.localhost'],
  },
  { what: 'a single label is no host', mx: ['10 mail'], hosts: [], unusable: ['mail'] },
  {
    what: 'names that are no host names',
    mx: ['10 a\\032b.test', '11 -a.test', '12 a..test'],
    hosts: [],
    unusable: ['a\\032b.test', '-a.test', 'a..test'],
  },
])('$what', ({ mx, hosts, unusable = [] }) => {
  const chosen = chooseExchangers(records(...mx), () => 0);
  expect(chosen).toMatchObject({ kind: 'hosts', unusable });
  expect(namesIn(chosen)).toEqual(hosts);
});

test.for([[['0']], [['10']], [['0 .']], [['0', '5 .']]])('null MX: %j', ([mx]) => {
  expect(chooseExchangers(records(...(mx ?? [])), () => 0)).toEqual({ kind: 'null-mx' });
});

test('equal preferences come in the order of the lots drawn, and never before better ones', () => {
  const lots = [0.9, 0.5, 0.1, 0.7];
  const random = () => lots.shift() ?? 0;
  const chosen = chooseExchangers(records('10 a.example', '10 b.example', '10 c.example', '5 d.example'), random);
  expect(namesIn(chosen)).toEqual(['d.example', 'c.example', 'b.example', 'a.example']);
});

test('whatever the lots, all hosts are there in order of preference', () => {
  const preferences = fc.array(fc.nat(3), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      preferences,
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (given, lots) => {
        const mx = given.map((preference, index) => ({ preference, exchange: `p${preference}-${index}.example` }));
        const chosen = chooseExchangers(mx, () => lots.next().value);
        const hosts = chosen.kind === 'hosts' ? chosen.hosts : [];
        expect(hosts.map(({ preference }) => preference)).toEqual(given.toSorted((one, other) => one - other));
        expect(hosts.filter(({ host, preference }) => Number(host[1]) !== preference)).toEqual([]);
        expect(new Set(namesIn(chosen)).size).toBe(given.length);
      },
    ),
  );
});
