import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { events, reasonsByVerdict, type Evidence, type Stage, stages } from './evidence.js';
import { judge } from './judge.js';
import { deferredRules, rejectedRules } from './rules.js';

const nothing: Evidence = {
  event: 'reply',
  stage: 'rcpt',
  replyCode: 250,
  enhancedCode: null,
  replyText: null,
  mxHost: 'mx.example.com',
  mxAddress: '192.0.2.25',
  site: 'example.com',
  catchAll: null,
  checkedAt: 0,
  durationMs: 0,
  attempts: 1,
};
const address = 'user@example.com';

/** The evidence that a reply as it stands on the wire would become. */
function evidenceOfReply(stage: Stage, wire: string): Evidence {
  const lines = wire.split('\\n').map((line) => line.slice(4));
  const code = wire.slice(0, 3);
  const enhanced = new RegExp(`^(${code[0]}\\.\\d{1,3}\\.\\d{1,3})\\s+`);
  const enhancedCode = lines.map((line) => enhanced.exec(line)?.[1]).find((found) => found !== undefined) ?? null;
  const replyText = lines.map((line) => line.replace(enhanced, '').trim()).join(' ');
  return { ...nothing, stage, replyCode: Number(code), enhancedCode, replyText };
}

function stageNamed(name: string | undefined): Stage {
  const stage = stages.find((candidate) => candidate === name);
  if (stage === undefined) throw new Error(`no such stage: ${name}`);
  return stage;
}

function verdictOf(evidence: Evidence): string {
  const { verdict, reason } = judge(evidence, address, ['probe.example']);
  return `${verdict}/${reason}`;
}

const replies = readFileSync(new URL('../../fixtures/smtp/replies.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'));

describe('replies of real servers', () => {
  test.for(replies)('%s: %s', ([stage, reply, verdict, source]) => {
    expect(source).toBeTruthy();
    expect(verdictOf(evidenceOfReply(stageNamed(stage), reply ?? ''))).toBe(verdict);
  });
});

describe('the verdict follows from what happened and the class of the reply', () => {
  const words = events.filter((event) => event !== 'reply');

  test.for(words)('%s is its own reason', (event) => {
    const { verdict, reason } = judge({ ...nothing, event, replyCode: null }, address);
    expect(reason).toBe(event);
    expect(reasonsByVerdict[verdict]).toContain(reason);
  });

  test.for<[number, Stage, string]>([
    [250, 'rcpt', 'accepted/ok'],
    [299, 'rcpt', 'accepted/ok'],
    [354, 'rcpt', 'no-answer/not-smtp'],
    [400, 'rcpt', 'deferred/other-deferral'],
    [599, 'rcpt', 'rejected/unspecified'],
    [199, 'rcpt', 'no-answer/not-smtp'],
    [600, 'rcpt', 'no-answer/not-smtp'],
    [250, 'mail', 'no-answer/not-smtp'],
    [550, 'greeting', 'rejected/refused-us'],
    [550, 'ehlo', 'rejected/refused-us'],
    [550, 'starttls', 'rejected/refused-us'],
    [550, 'mail', 'rejected/refused-sender'],
    [450, 'greeting', 'deferred/other-deferral'],
  ])('%d at %s: %s', ([replyCode, stage, verdict]) => {
    expect(verdictOf({ ...nothing, replyCode, stage })).toBe(verdict);
  });

  test('an accepted address may be a catch-all', () => {
    expect(verdictOf({ ...nothing, catchAll: true })).toBe('accepted/catch-all');
    expect(verdictOf({ ...nothing, catchAll: false })).toBe('accepted/ok');
  });

  test.for(stages)('unknown-user words before RCPT (%s) never judge the mailbox', (stage) => {
    const evidence = { ...nothing, stage, replyCode: 550, enhancedCode: '5.1.1', replyText: 'User unknown' };
    const { reason } = judge(evidence, address);
    expect(reason === 'no-such-mailbox').toBe(stage === 'rcpt' || stage === 'dns' || stage === 'connect');
  });
});

describe('rules', () => {
  test.for([
    ['deferred', deferredRules],
    ['rejected', rejectedRules],
  ] as const)(
    '%s: each has a name of its own, and decides at least one of the replies in the fixture',
    ([verdict, rules]) => {
      const judgements = replies.map(([stage, reply = '']) =>
        judge(evidenceOfReply(stageNamed(stage), reply), address),
      );
      const used = new Set(judgements.filter((judgement) => judgement.verdict === verdict).map(({ rule }) => rule));
      const names = rules.map(({ name }) => name);
      expect(names.filter((name) => !used.has(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  test('the rule that decided is named', () => {
    const { rule } = judge(evidenceOfReply('rcpt', '550 5.1.1 no'), address);
    expect(rule).toBe('5.1.x bad destination');
  });
});
