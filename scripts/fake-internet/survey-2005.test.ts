import { expect, test } from 'vitest';
import { seededRandom } from './random.js';
import { survey2005, type SurveySender } from './survey-2005.js';
import { maillogOf } from './survey-2005/maillog.js';
import { reasonsOf, totalsOf } from './survey-2005/totals.js';
import { wantedFileOf } from './survey-2005/wanted-file.js';

const one = (): number => 1;
const domainOf = ({ address }: SurveySender): string => address.slice(address.lastIndexOf('@') + 1);

test('at full scale the figures are those of the survey', () => {
  const { world, senders } = survey2005();
  const totals = totalsOf(senders, one);
  expect(totals).toMatchObject({ checked: 26_093, reachable: 22_562, acceptedOrDeferred: 10_789, wantedRejected: 16 });
  expect(new Set(senders.map(({ address }) => address)).size).toBe(26_093);
  expect(new Set(senders.map(domainOf)).size).toBe(9_000);
  const servers = Object.keys(world.servers).length;
  expect(servers).toBeGreaterThan(3_000);
  expect(servers).toBeLessThan(10_000);
});

test('a few domains have thousands of senders, most have one', () => {
  const counts = new Map<string, number>();
  for (const domain of survey2005().senders.map(domainOf)) counts.set(domain, (counts.get(domain) ?? 0) + 1);
  const sizes = [...counts.values()];
  const descending = sizes.toSorted((a, b) => b - a);
  expect(descending[0]).toBe(2609);
  expect(descending[7]).toBeGreaterThan(300);
  expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(sizes.length / 2);
});

test.for([0.5, 0.05, 0.02])('at scale %f the proportions hold', (scale) => {
  const totals = totalsOf(survey2005({ scale }).senders, one);
  expect(totals).toMatchObject({
    checked: Math.round(26_093 * scale),
    reachable: Math.round(22_562 * scale),
    acceptedOrDeferred: Math.round(10_789 * scale),
    wantedRejected: Math.max(1, Math.round(16 * scale)),
  });
});

test('the same seed gives the same, another seed something else', () => {
  const [first, again, other] = [1, 1, 2].map((seed) => survey2005({ seed, scale: 0.02 }));
  expect(first).toEqual(again);
  expect(first).not.toEqual(other);
});

test.for([
  [0, 0],
  [1, 3500],
  [0.1, 350],
])('with delays × %i no round trip takes more than %i ms', ([delays, most]) => {
  const { world } = survey2005({ scale: 0.05, delays: delays ?? 1 });
  const waits = Object.values(world.servers).map(({ replyMs }) => replyMs?.[1] ?? 0);
  expect(Math.max(...waits)).toBeLessThanOrEqual(most ?? 0);
  expect(Math.max(...waits)).toBeGreaterThanOrEqual((most ?? 0) / 3);
});

test('the log has each sender with its messages, in order of time', () => {
  const { senders } = survey2005({ scale: 0.02 });
  const lines = maillogOf(senders, seededRandom(1)).trimEnd().split('\n');
  const counts = new Map<string, Set<string>>();
  for (const line of lines) {
    expect(line).toMatch(/^Nov (1[4-9]|20) \d\d:\d\d:\d\d mx1 postfix\/[a-z]+\[\d+\]: /);
    const [, id, local, domain] = /qmgr\[\d+\]: (\w+): from=<(.*)@(.*)>, size=/.exec(line) ?? [];
    if (id === undefined || domain?.endsWith('corp.example')) continue;
    const address = `${local}@${domain?.toLowerCase()}`;
    counts.set(address, (counts.get(address) ?? new Set()).add(id));
  }
  expect(Object.fromEntries([...counts].map(([address, ids]) => [address, ids.size]))).toEqual(
    Object.fromEntries(senders.map(({ address, messages }) => [address, messages])),
  );
  const stamps = lines.map((line) => line.slice(0, 15));
  expect(stamps).toEqual(stamps.toSorted());
});

test('the wanted file names the wanted ones and no others', () => {
  const { senders } = survey2005({ scale: 0.05 });
  const listed = new Set(wantedFileOf(senders).split('\n'));
  const found = senders.filter((sender) => listed.has(sender.address) || listed.has(domainOf(sender)));
  expect(found).toEqual(senders.filter(({ wanted }) => wanted));
});

test('totals and reasons', () => {
  const sender = { address: 'a@b', alone: true, messages: 3, wanted: true };
  const senders = [
    { ...sender, verdict: 'rejected', reason: 'refused-us' },
    { ...sender, wanted: false, verdict: 'accepted', reason: 'ok' },
  ] as const;
  expect(totalsOf(senders, ({ messages }) => messages)).toMatchObject({
    checked: 6,
    refusedUs: 3,
    wantedRejected: 3,
    reachable: 6,
  });
  expect(reasonsOf(senders)).toEqual({ 'rejected/refused-us': 1, 'accepted/ok': 1 });
});
