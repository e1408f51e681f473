import { afterEach, beforeEach, expect, test } from 'vitest';
import { openState, type State } from './state.js';
import { evidenceOf, noon, planOf, senderOf } from './survey.test-support.js';

let state: State;

beforeEach(() => {
  state = openState('none', 'write');
});

afterEach(() => {
  state.close();
});

const addresses = ['a@x.example', 'b@x.example', 'c@x.example', 'd@y.example'];

/** A survey of the addresses, in which these probers found the same. */
function begin(probers: readonly (string | undefined)[], command = 'maillog'): number {
  const { id } = state.beginSurvey(
    planOf({ command }),
    0,
    addresses.map((address) => senderOf(address)),
  );
  const pending = [...state.pendingDomains(id)].flatMap(({ domainId }) => state.pendingSenders(id, domainId, 0, 9));
  const results = probers.map((prober, i) => {
    const { senderId } = pending.find(({ address }) => address === addresses[i])!;
    return { senderId, evidence: evidenceOf({ ...(prober !== undefined && { prober }) }) };
  });
  state.record(id, null, results);
  return id;
}

/** The senders that are pending. */
function pendingOf(id: number): string[] {
  return [...state.rows(id)].filter(({ evidence }) => evidence === null).map(({ address }) => address);
}

test('takes back what a worker found, from whatever address, and nothing else', () => {
  const id = begin(['w1', 'w1 192.0.2.1', 'w10', undefined]);
  expect(state.withdraw(id, 'w1', () => true)).toHaveLength(2);
  expect(pendingOf(id)).toEqual(['a@x.example', 'b@x.example']);
  expect(state.withdraw(id, 'w1', () => true)).toEqual([]);
});

test('takes back only what is void', () => {
  const id = begin(['w1', 'w1', 'w1', 'w1']);
  const [senderId] = state.withdraw(id, 'w1', (evidence, address) => {
    return evidence.replyCode === 550 && address === 'd@y.example';
  });
  expect(pendingOf(id)).toEqual(['d@y.example']);
  expect(state.senders([senderId!])).toMatchObject([{ address: 'd@y.example' }]);
});

test('is not reused by a later survey, nor counted in the one that this goes on from', () => {
  const before = begin(['w1']);
  const id = begin([], 'maillog');
  expect(pendingOf(id)).not.toContain('a@x.example');
  state.withdraw(id, 'w1', () => true);
  expect([pendingOf(before), pendingOf(id)]).toEqual([addresses, addresses]);
  const later = state.beginSurvey(planOf({ command: 'other', startedAt: noon + 1 }), 1000, [senderOf('a@x.example')]);
  expect(pendingOf(later.id)).toEqual(['a@x.example']);
});
