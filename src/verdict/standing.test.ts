import { expect, test } from 'vitest';
import { reasonsByVerdict, type AskedVerdict, type Judgement } from './evidence.js';
import { standingOf } from './standing.js';

test('only what is about the address, or its domain, is bad', () => {
  const all = Object.entries(reasonsByVerdict).flatMap(([verdict, reasons]) =>
    reasons.map((reason): Judgement => ({ verdict: verdict as AskedVerdict, reason, rule: '' })),
  );
  const of = (standing: string): string[] =>
    all.filter((each) => standingOf(each) === standing).map(({ verdict, reason }) => `${verdict}/${reason}`);
  expect(of('bad')).toEqual([
    'rejected/no-such-mailbox',
    'rejected/mailbox-disabled',
    'undeliverable/no-such-domain',
    'undeliverable/null-mx',
    'undeliverable/no-mail-host',
  ]);
  expect(of('good')).toEqual(['accepted/ok', 'accepted/catch-all']);
});
