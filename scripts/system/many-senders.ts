/**
 * A made-up survey of any size for the tests of the HTML report: senders at operators and domains of all kinds, with
 * replies as servers give them, most decided early and the slowest late.
 */
import type { SurveyInfo } from '../../src/store/survey-info.js';
import type { SiteTimes, SurveyRow } from '../../src/store/survey-rows.js';
import type { Evidence } from '../../src/verdict/evidence.js';
import { seededRandom, type Random } from '../fake-internet/random.js';

const start = Date.parse('2026-11-16T12:00:00Z');
const lasted = 98 * 60_000;
const day = 86_400_000;

/** The survey that the rows belong to. */
export function surveyOfMany(senders: number): SurveyInfo {
  return {
    id: 1,
    command: 'maillog',
    startedAt: start,
    finishedAt: start + lasted + 4000,
    complete: true,
    workBeganAt: 0,
    supersededBy: null,
    concurrency: 50,
    settings: {},
    mail: 'accepted',
    sample: null,
    inputTotals: {
      files: 7,
      bytes: 40_000 * senders,
      lines: 130 * senders,
      messages: 16 * senders,
      nullSenders: Math.floor(senders / 2),
      malformed: 3,
      senders,
    },
  };
}

/** What kinds of senders there are, how many in a thousand, and when they are decided as a share of the time. */
interface Kind {
  readonly share: number;
  readonly evidence: Partial<Evidence>;
  readonly latest: number;
}

const none = { replyCode: null, enhancedCode: null, replyText: null };
const nowhere = {
  ...none,
  stage: 'dns',
  mxHost: null,
  mxAddress: null,
  site: null,
  attempts: 0,
  durationMs: 20,
} as const;

// prettier-ignore
const kinds: readonly Kind[] = [
  { share: 380, latest: 0.5, evidence: { replyCode: 250, enhancedCode: '2.1.5', replyText: 'Ok' } },
  { share: 20, latest: 0.5, evidence: { replyCode: 250, enhancedCode: '2.1.5', replyText: 'Ok', catchAll: true } },
  { share: 28, latest: 0.6, evidence: { replyCode: 450, enhancedCode: '4.7.1', replyText: '<{rcpt}>: Recipient address rejected: Greylisted, come back later' } },
  { share: 300, latest: 0.5, evidence: { replyCode: 550, enhancedCode: '5.1.1', replyText: '<{rcpt}>: Recipient address rejected: User unknown in virtual mailbox table' } },
  { share: 80, latest: 0.5, evidence: { replyCode: 550, enhancedCode: '5.1.1', replyText: 'The email account that you tried to reach does not exist. Please try double-checking the recipient\'s email address for typos' } },
  { share: 14, latest: 0.5, evidence: { replyCode: 550, enhancedCode: '5.2.1', replyText: '<{rcpt}>: This account has been disabled' } },
  { share: 30, latest: 0.5, evidence: { replyCode: 554, enhancedCode: '5.7.1', replyText: 'Service unavailable; Client host [192.0.2.25] blocked using bl.example' } },
  { share: 8, latest: 0.5, evidence: { replyCode: 550, replyText: 'so sorry' } },
  { share: 12, latest: 0.9, evidence: { ...none, event: 'timeout', stage: 'greeting', durationMs: 45_000 } },
  { share: 8, latest: 0.6, evidence: { ...none, event: 'hang-up', stage: 'greeting' } },
  { share: 50, latest: 1, evidence: { ...none, event: 'connection-timeout', stage: 'connect', durationMs: 10_000 } },
  { share: 14, latest: 0.7, evidence: { ...none, event: 'connection-refused', stage: 'connect' } },
  { share: 46, latest: 0.05, evidence: { ...nowhere, event: 'no-such-domain' } },
  { share: 6, latest: 0.05, evidence: { ...nowhere, event: 'null-mx' } },
  { share: 4, latest: 0, evidence: { ...nowhere, event: 'bad-syntax', stage: null, replyText: 'no domain after the @' } },
];

/** So many senders, always the same. */
export function* manySenders(senders: number): Generator<SurveyRow, void, undefined> {
  const random = seededRandom(2005);
  for (let index = 0; index < senders; index += 1) yield senderAt(index, random);
}

function senderAt(index: number, random: Random): SurveyRow {
  const kind = kindAt(random() * 1000);
  const operator = Math.floor(random() ** 3 * 900);
  const domain = `domain${operator * 7 + Math.floor(random() * 7)}.example`;
  const address = `${['info', 'bounce', 'anna', 'j.smith', 'news'][index % 5]}-${index.toString(36)}@${domain}`;
  const firstSeen = start - Math.floor((1 + random() * 7) * day);
  return {
    address,
    domain,
    messages: Math.min(5000, Math.floor((1 - random()) ** -0.9)),
    rejectedMessages: 0,
    firstSeen,
    lastSeen: Math.min(start, firstSeen + Math.floor(random() * 2 * day)),
    wanted: random() < 0.004,
    evidence: evidenceAt(kind, `operator${operator}.example`, address, random),
  };
}

function kindAt(place: number): Kind {
  let left = place;
  for (const kind of kinds) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  throw new Error('the shares do not add up to 1000');
}

function evidenceAt({ evidence, latest }: Kind, site: string, address: string, random: Random): Evidence {
  return {
    event: 'reply',
    stage: 'rcpt',
    replyCode: null,
    enhancedCode: null,
    replyText: null,
    mxHost: `mx1.${site}`,
    mxAddress: '192.0.2.1',
    site,
    catchAll: null,
    checkedAt: Math.floor(start + lasted * latest * random() ** (latest === 1 ? 0.8 : 1.5)),
    durationMs: Math.floor(100 + 2000 * random() ** 4),
    attempts: 1,
    ...evidence,
    ...(typeof evidence.replyText === 'string' && { replyText: evidence.replyText.replace('{rcpt}', address) }),
  };
}

/** The times of all the sites that have any. */
export function timesOfMany(): SiteTimes[] {
  const random = seededRandom('times');
  return Array.from({ length: 900 }, (_, operator) => {
    const p50Ms = Math.floor(80 + 900 * random() ** 3);
    const p95Ms = Math.floor(p50Ms * (1 + 12 * random() ** 2));
    return { site: `operator${operator}.example`, sessions: Math.ceil(60 * random()), p50Ms, p95Ms };
  });
}
