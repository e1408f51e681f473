import { expect, test } from 'vitest';
import { serversToTry } from './ask-servers.js';

test('servers of equal preference are equal, but for a host’s other IP version', () => {
  const servers = serversToTry({
    kind: 'servers',
    servers: [
      { host: 'mx1.one.example', preference: 10, addresses: ['192.0.2.1', '2001:db8::1', '192.0.2.2'] },
      { host: 'mx.two.example', preference: 10, addresses: ['2001:db8:2::1'] },
      { host: 'mx2.one.example', preference: 50, addresses: ['192.0.2.3'] },
    ],
  });
  expect(servers.map(({ address, site, rank }) => [address, site, rank])).toEqual([
    ['192.0.2.1', 'one.example', 0],
    ['2001:db8::1', 'one.example', 1],
    ['192.0.2.2', 'one.example', 0],
    ['2001:db8:2::1', 'two.example', 0],
    ['192.0.2.3', 'one.example', 2],
  ]);
});
