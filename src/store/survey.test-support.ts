/**
 * Surveys small enough to read, for the tests of the state and of the reports.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { NewSender } from './begin-survey.js';
import type { SurveyPlan } from './survey-info.js';

/** A day in milliseconds. */
export const day = 86_400_000;

/** When these surveys take place. */
export const noon = Date.parse('2026-11-16T12:00:00Z');

/** A plan with these parts changed. */
export function planOf(changes: Partial<SurveyPlan> = {}): SurveyPlan {
  return {
    command: 'maillog',
    startedAt: noon,
    concurrency: 50,
    settings: { helo: 'survey.example' },
    mail: 'accepted',
    sample: null,
    inputTotals: { files: 1, bytes: 1000, lines: 10, messages: 9, nullSenders: 2, malformed: 1, senders: 3 },
    ...changes,
  };
}

/** A sender seen once, with these parts changed. */
export function senderOf(address: string, changes: Partial<NewSender> = {}): NewSender {
  return {
    address,
    domain: address.slice(address.lastIndexOf('@') + 1),
    messages: 1,
    rejectedMessages: 0,
    firstSeen: noon - day,
    lastSeen: noon - day,
    wanted: false,
    skipped: null,
    ...changes,
  };
}

/** A 550 to RCPT from mx.example at noon, with these parts changed. */
export function evidenceOf(changes: Partial<Evidence> = {}): Evidence {
  return {
    event: 'reply',
    stage: 'rcpt',
    replyCode: 550,
    enhancedCode: '5.1.1',
    replyText: 'User unknown',
    mxHost: 'mx.example',
    mxAddress: '192.0.2.1',
    site: 'example',
    catchAll: null,
    checkedAt: noon,
    durationMs: 120,
    attempts: 1,
    ...changes,
  };
}
