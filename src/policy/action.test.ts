import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../store/survey.test-support.js';
import { judge } from '../verdict/judge.js';
import { actionFor, modes } from './action.js';

test('tells whom was asked what, and what was answered', () => {
  const evidence = evidenceOf({ replyText: 'User unknown' });
  const action = actionFor('reject', 'anna@mx.example', evidence, judge(evidence, ''));
  expect(action).toBe(
    '550 5.7.1 sender address rejected: mx.example [192.0.2.1] said on 2026-11-16 to RCPT TO:<anna@mx.example>: 550 5.1.1 User unknown',
  );
});

test('is one line of printable ASCII of bounded length, whatever servers and clients say', () => {
  const text = fc.string({ unit: 'binary', maxLength: 1000 });
  fc.assert(
    fc.property(fc.constantFrom(...modes), text, text, text, (mode, address, replyText, mxHost) => {
      const evidence = evidenceOf({ replyText, mxHost });
      const action = actionFor(mode, address, evidence, judge(evidence, ''));
      expect(action).toMatch(/^(?:DUNNO|450 4\.7\.1 |550 5\.7\.1 |PREPEND X-Sender-Survey: )[\x20-\x7e]{0,450}$/);
    }),
  );
});
