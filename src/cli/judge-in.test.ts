import { expect, test } from 'vitest';
import { evidenceOf, planOf } from '../store/survey.test-support.js';
import { judgeIn } from './judge-in.js';

const survey = { ...planOf(), id: 1, workBeganAt: 0, finishedAt: null, complete: false, supersededBy: null };
const evidence = evidenceOf({ enhancedCode: null, replyText: 'spamhaus.example, no such user here' });

test.for([
  [{ probe: { helo: 'spamhaus.example' } }, 'no-such-mailbox'],
  [{ probe: { helo: 'survey.example' } }, 'refused-us'],
  [{}, 'refused-us'],
] as const)('the name that we greeted with is not read in replies: %j', ([settings, reason]) => {
  expect(judgeIn({ ...survey, settings })(evidence, 'anna@one.example').reason).toBe(reason);
});
