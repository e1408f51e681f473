import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plain } from '../report/paint.js';
import { evidenceOf } from '../store/survey.test-support.js';
import { judge } from '../verdict/judge.js';
import { hang, renderAnswer, renderReasoning, renderTraceLine } from './render-probe.js';

const long = '250-' + 'go on and '.repeat(12).trim();

describe('lines', () => {
  test('of a conversation have their time, and hang under themselves where they are long', () => {
    expect(renderTraceLine({ t: 12, dir: 'S', text: '250 Ok' }, 80)).toBe('    0.012 S: 250 Ok');
    expect(renderTraceLine({ t: 61_234, dir: 'C', text: 'QUIT' }, 80)).toBe('   61.234 C: QUIT');
    expect(renderTraceLine({ t: 12, dir: 'S', text: long }, 60)).toBe(
      '    0.012 S: 250-go on and go on and go on and go on and go\n' +
        '             on and go on and go on and go on and go on and\n' +
        '             go on and go on and go on and',
    );
  });

  test('of DNS', () => {
    const answer = { type: 'MX', name: 'one.example', words: '10 mx.one.example' } as const;
    expect(renderAnswer(answer, 3, 80)).toBe('    0.003 DNS: MX one.example: 10 mx.one.example');
  });

  test('fit the width and lose nothing but spaces, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 40, max: 200 }), (text, width) => {
        const lines = hang('prefix: ', text, width).split('\n');
        if (text.includes('\n')) return;
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
        expect(lines.join('').slice(8).replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

describe('reasoning', () => {
  const reasoning = (changes: Parameters<typeof evidenceOf>[0]): string[] => {
    const evidence = evidenceOf(changes);
    return renderReasoning(evidence, judge(evidence, 'anna@one.example'), 80, plain);
  };

  test('the verdict, the rule, and what it was given for', () => {
    expect(reasoning({})).toEqual([
      '  verdict:   rejected (no-such-mailbox)',
      '  because:   5.1.x bad destination',
      '  seen:      550 5.1.1 User unknown, at rcpt, mx.example [192.0.2.1]',
    ]);
  });

  test.for([
    [true, '  catch-all: yes: an address that cannot exist was accepted too'],
    [false, '  catch-all: no: an address that cannot exist was refused'],
    [null, undefined],
  ] as const)('catch-all %s', ([catchAll, line]) => {
    expect(reasoning({ replyCode: 250, enhancedCode: null, replyText: 'Ok', catchAll })[3]).toBe(line);
  });

  test.for([
    [{ event: 'null-mx', stage: 'dns', mxHost: null }, '  seen:      null MX (RFC 7505), at dns'],
    [{ event: 'opted-out', stage: null, mxHost: null }, '  seen:      null MX (RFC 7505)'],
  ] as const)('without a reply: %j', ([changes, line]) => {
    expect(reasoning({ replyCode: null, enhancedCode: null, replyText: 'null MX (RFC 7505)', ...changes })[2]).toBe(
      line,
    );
  });
});
