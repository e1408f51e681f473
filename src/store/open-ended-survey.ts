/**
 * A survey without an end: its senders come one by one, as mail does, and are counted as they come back. Whoever is known
 * from another survey in the state brings that evidence along. Reports read it like any other survey.
 */
import type { Evidence } from '../verdict/evidence.js';
import { reusableEvents } from './begin-survey.js';
import type { Database } from './database.js';
import { createForgetting } from './forget-senders.js';
import { insertSurvey, type SurveyPlan } from './survey-info.js';
import { evidenceColumns, toEvidence, type EvidenceRecord } from './survey-rows.js';

/** What is known of a sender. */
export interface Known {
  /** What the survey reports of it, or else the newest that another survey found. */
  readonly evidence: Evidence;
  /** When it was last asked about, whatever came of it; milliseconds since 1970 UTC. */
  readonly askedAt: number;
}

/** A sender as it is added or counted. */
export interface Seen {
  readonly address: string;
  readonly domain: string;
  readonly wanted: boolean;
  /** Messages since it was last counted: those taken, and those refused. */
  readonly messages: number;
  readonly rejectedMessages: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** Where a sender is kept. */
export interface Place {
  readonly senderId: number;
  readonly domainId: number;
}

/** What a survey without an end can do; see State for errors. */
export interface OpenEndedSurvey {
  readonly id: number;
  /** What is known of a sender, of the survey or from others; null where nothing is. */
  readonly find: (address: string, domain: string) => Known | null;
  /** Whether any survey in the state had the sender as wanted. */
  readonly isWanted: (address: string, domain: string) => boolean;
  /** Adds a sender, or adds to what was counted. */
  readonly count: (sender: Seen) => Place;
  /** Adds to the totals of the survey, which has come as far as `now`. */
  readonly countAll: (totals: { readonly messages: number; readonly nullSenders: number }, now: number) => void;
  /** Forgets some of the senders not seen since `before`; gives whether it has gone round all of them. */
  readonly forget: (before: number) => boolean;
}

const dayMs = 86_400_000;

const find = `
SELECT ${evidenceColumns}, NULL, (SELECT max(checked_at) FROM evidence WHERE sender_id = sender.id)
FROM domain
CROSS JOIN sender ON sender.domain_id = domain.id AND sender.address = ?
LEFT JOIN survey_sender ON survey_sender.survey_id = ? AND survey_sender.sender_id = sender.id
CROSS JOIN evidence ON evidence.id = ifnull(survey_sender.evidence_id, ${newestReusable('sender.id')})
LEFT JOIN server ON server.id = server_id
WHERE domain.name = ?`;

const findWanted = `
SELECT 1 FROM domain
CROSS JOIN sender ON sender.domain_id = domain.id AND sender.address = :address
CROSS JOIN survey
CROSS JOIN survey_sender ON survey_sender.survey_id = survey.id AND sender_id = sender.id
WHERE domain.name = :domain AND wanted LIMIT 1`;

const add = `
INSERT INTO survey_sender (survey_id, sender_id, domain_id, ordinal, messages, rejected_messages, first_seen, last_seen,
  wanted, evidence_id)
VALUES (:surveyId, :senderId, :domainId, :ordinal, :messages, :rejectedMessages, :firstSeen, :lastSeen, :wanted,
  ${newestReusable(':senderId')})
RETURNING ordinal`;

const count = `
UPDATE survey_sender SET messages = messages + :messages, rejected_messages = rejected_messages + :rejectedMessages,
  last_seen = max(last_seen, :lastSeen)
WHERE survey_id = :surveyId AND sender_id = :senderId
RETURNING ordinal`;

const countDay = `
INSERT INTO survey_sender_day (survey_id, ordinal, day, messages, rejected_messages)
VALUES (:surveyId, :ordinal, :day, :messages, :rejectedMessages)
ON CONFLICT (survey_id, ordinal, day) DO UPDATE SET messages = messages + excluded.messages,
  rejected_messages = rejected_messages + excluded.rejected_messages`;

const countAll = `
UPDATE survey SET input_messages = input_messages + :messages, input_null_senders = input_null_senders + :nullSenders,
  input_senders = max(input_senders, :senders), finished_at = :now
WHERE id = :surveyId`;

/** Goes on with the survey of that command, or begins it. */
export function openEndedSurvey(database: Database, plan: SurveyPlan): OpenEndedSurvey {
  // Moving pages from the log into the file waits for the disk: seldom, and many at once.
  database.pragma('wal_autocheckpoint = 10000');
  // Mail asks about anybody: 64 MB of what was looked at last.
  database.pragma('cache_size = -65536');
  const id = continueSurvey(database, plan);
  let ordinal = Number(
    database.prepare('SELECT ifnull(max(ordinal), 0) FROM survey_sender WHERE survey_id = ?').pluck().get(id),
  );
  const finding = database.prepare<[string, number, string], [...EvidenceRecord, askedAt: number]>(find).raw();
  // Nobody else writes to the state meanwhile.
  const anyWanted = database.prepare('SELECT 1 FROM survey_sender WHERE wanted LIMIT 1').get() !== undefined;
  const findingWanted = database.prepare(findWanted);
  const placeOf = createRegister(database);
  const adding = database.prepare<object, number>(add).pluck();
  const counting = database.prepare<object, number>(count).pluck();
  const countingDay = database.prepare(countDay);
  const countingAll = database.prepare(countAll);
  return {
    id,
    find: (address, domain) => {
      const record = finding.get(address, id, domain);
      if (record === undefined) return null;
      const evidence = toEvidence(record.slice(0, -1) as unknown as EvidenceRecord);
      return evidence && { evidence, askedAt: record.at(-1) as number };
    },
    isWanted: (address, domain) => anyWanted && findingWanted.get({ address, domain }) !== undefined,
    count: ({ address, domain, wanted, ...counts }) => {
      const place = placeOf(address, domain);
      const { messages, rejectedMessages, lastSeen } = counts;
      const { senderId } = place;
      const given =
        counting.get({ surveyId: id, senderId, messages, rejectedMessages, lastSeen }) ??
        adding.get({ surveyId: id, ...place, ordinal: ordinal + 1, wanted: Number(wanted), ...counts });
      if (given === undefined) throw new Error(`no row for ${address}`);
      ordinal = Math.max(ordinal, given);
      const day = lastSeen - (lastSeen % dayMs);
      if (messages + rejectedMessages > 0) {
        countingDay.run({ surveyId: id, ordinal: given, day, messages, rejectedMessages });
      }
      return place;
    },
    countAll: (totals, now) => void countingAll.run({ surveyId: id, senders: ordinal, now, ...totals }),
    forget: createForgetting(database, id),
  };
}

/** It counts as complete: there is nothing that another command could go on with. */
function continueSurvey(database: Database, plan: SurveyPlan): number {
  const known = database.prepare('SELECT max(id) FROM survey WHERE command = ?').pluck().get(plan.command);
  if (known !== null) return Number(known);
  const id = insertSurvey(database, plan, plan.startedAt);
  database.prepare('UPDATE survey SET complete = 1 WHERE id = ?').run(id);
  return id;
}

function createRegister(database: Database): (address: string, domain: string) => Place {
  const addDomain = database.prepare('INSERT OR IGNORE INTO domain (name) VALUES (?)');
  const addSender = database.prepare(
    'INSERT OR IGNORE INTO sender (domain_id, address) SELECT id, ? FROM domain WHERE name = ?',
  );
  const place = database.prepare<[string, string], Place>(
    `SELECT sender.id AS senderId, domain_id AS domainId FROM domain
     CROSS JOIN sender ON sender.domain_id = domain.id AND sender.address = ? WHERE name = ?`,
  );
  return (address, domain) => {
    const known = place.get(address, domain);
    if (known !== undefined) return known;
    addDomain.run(domain);
    addSender.run(address, domain);
    const added = place.get(address, domain);
    if (added === undefined) throw new Error(`no id for ${address}`);
    return added;
  };
}

function newestReusable(senderId: string): string {
  return `(SELECT id FROM evidence WHERE sender_id = ${senderId} AND ${reusableEvents}
    ORDER BY checked_at DESC, id DESC LIMIT 1)`;
}
