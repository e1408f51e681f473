/**
 * The start of a survey: all its senders go into the state in one transaction, with the evidence that is fresh enough
 * to be reused. Senders are staged and sorted first, so that every index grows in order: inserting ten million
 * addresses in the order of a log would touch a random page for each of them.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Database } from './database.js';
import type { DayCount } from './days-of-senders.js';
import { insertSurvey, type SurveyPlan } from './survey-info.js';

/** A sender found in the inputs. */
export interface NewSender {
  /** Canonical; as written where it is skipped for its syntax. */
  readonly address: string;
  /** A-labels; null where the address has no usable domain, which only a skipped sender may. */
  readonly domain: string | null;
  readonly messages: number;
  readonly rejectedMessages: number;
  /** Milliseconds since 1970 UTC; null where the input has no times. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  /** Messages by day, where they came on several and it is known how many on which. */
  readonly days?: readonly DayCount[] | undefined;
  readonly wanted: boolean;
  /** Why it is never asked; null for those that are to be asked. */
  readonly skipped: Pick<Evidence, 'event' | 'stage' | 'replyText' | 'checkedAt'> | null;
}

/**
 * Adds the survey and its senders and gives its number; the same address twice adds up. Evidence younger than
 * `maxAgeMs` is reused; where the last survey by the same command was interrupted, so is all that was gathered since
 * that one began, and it is marked as superseded.
 */
export function beginSurvey(
  database: Database,
  plan: SurveyPlan,
  maxAgeMs: number,
  senders: Iterable<NewSender>,
): number {
  const interrupted = findInterrupted(database, plan.command);
  const workBeganAt = interrupted?.workBeganAt ?? plan.startedAt;
  database.exec(staging);
  try {
    return database.transaction(() => {
      stage(database, senders);
      const surveyId = insertSurvey(database, plan, workBeganAt);
      const reusableAfter = Math.min(plan.startedAt - maxAgeMs, interrupted ? workBeganAt - 1 : Infinity);
      for (const sql of unstaging) database.prepare(sql).run({ surveyId, reusableAfter });
      if (interrupted) markSuperseded(database, interrupted.id, surveyId);
      return surveyId;
    })();
  } finally {
    database.exec('DETACH staging');
  }
}

interface Interrupted {
  readonly id: number;
  readonly workBeganAt: number;
}

/** The last survey by this command, if it was interrupted. */
function findInterrupted(database: Database, command: string): Interrupted | undefined {
  return database
    .prepare<[string], Interrupted>(
      `SELECT id, work_began_at AS workBeganAt FROM survey
       WHERE id = (SELECT max(id) FROM survey WHERE command = ?) AND NOT complete`,
    )
    .get(command);
}

function markSuperseded(database: Database, interruptedId: number, surveyId: number): void {
  database.prepare('UPDATE survey SET superseded_by = ? WHERE id = ?').run(surveyId, interruptedId);
}

/** A database of its own, on disk and gone when detached, which a temporary table would not be. */
const staging = `
ATTACH '' AS staging;
PRAGMA staging.journal_mode = OFF;
CREATE TABLE staging.incoming (
  ordinal INTEGER PRIMARY KEY, address, domain, messages, rejected_messages, first_seen, last_seen, wanted,
  event, stage, reply_text, checked_at
);
CREATE TABLE staging.incoming_day (ordinal, day, messages, rejected_messages);
CREATE TABLE staging.counted (
  ordinal, spellings, address, domain, messages, rejected_messages, first_seen, last_seen, wanted,
  event, stage, reply_text, checked_at
);
`;

function stage(database: Database, senders: Iterable<NewSender>): void {
  const insert = database.prepare('INSERT INTO staging.incoming VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertDay = database.prepare('INSERT INTO staging.incoming_day VALUES (?, ?, ?, ?)');
  let ordinal = 0;
  for (const sender of senders) {
    ordinal += 1;
    const { skipped } = sender;
    if (sender.domain === null && skipped === null) throw new TypeError(`no domain to ask about ${sender.address}`);
    insert.run(
      ordinal,
      sender.address,
      sender.domain ?? '',
      sender.messages,
      sender.rejectedMessages,
      sender.firstSeen,
      sender.lastSeen,
      sender.wanted ? 1 : 0,
      skipped?.event ?? null,
      skipped?.stage ?? null,
      skipped?.replyText ?? null,
      skipped?.checkedAt ?? null,
    );
    for (const { day, messages, rejectedMessages } of sender.days ?? []) {
      insertDay.run(ordinal, day, messages, rejectedMessages);
    }
  }
}

/** CROSS JOIN keeps SQLite to this order: through `counted` as it is sorted, looking up the rest. */
const countedSenders = `
staging.counted
CROSS JOIN domain ON domain.name = counted.domain
CROSS JOIN sender ON sender.domain_id = domain.id AND sender.address = counted.address`;

/**
 * Evidence of these events comes from the options of its run (--skip, --allow-net) or needs no asking. A domain without
 * addresses of the IP version asked for (--ip-version) is network-unreachable as early as in DNS.
 */
const neverReused = `('opted-out', 'bad-syntax', 'forbidden-network')`;

/** In SQL, whether evidence may be used by another survey. */
export const reusableEvents = `event NOT IN ${neverReused} AND NOT (event = 'network-unreachable' AND stage = 'dns')`;

const unstaging = [
  // With min() in it, SQLite takes the columns that are not aggregated from the row that has the minimum.
  `INSERT INTO staging.counted
   SELECT min(ordinal), count(*), address, domain, sum(messages), sum(rejected_messages), min(first_seen), max(last_seen),
     max(wanted), event, stage, reply_text, checked_at
   FROM staging.incoming GROUP BY domain, address ORDER BY domain, address`,
  `INSERT OR IGNORE INTO domain (name) SELECT DISTINCT domain FROM staging.counted`,
  `INSERT OR IGNORE INTO sender (domain_id, address)
   SELECT domain.id, counted.address FROM staging.counted CROSS JOIN domain ON domain.name = counted.domain`,
  `INSERT INTO evidence (survey_id, sender_id, event, stage, reply_text, checked_at, duration_ms, attempts)
   SELECT :surveyId, sender.id, counted.event, counted.stage, counted.reply_text, counted.checked_at, 0, 0
   FROM ${countedSenders} WHERE counted.event IS NOT NULL`,
  `INSERT INTO survey_sender (survey_id, sender_id, domain_id, ordinal, messages, rejected_messages, first_seen,
     last_seen, wanted, evidence_id)
   SELECT :surveyId, sender.id, domain.id, ordinal, messages, rejected_messages, first_seen, last_seen, wanted,
     CASE WHEN counted.event IS NULL
       THEN (SELECT id FROM evidence
             WHERE sender_id = sender.id AND checked_at > :reusableAfter AND ${reusableEvents}
             ORDER BY checked_at DESC, id DESC LIMIT 1)
       ELSE (SELECT id FROM evidence WHERE sender_id = sender.id AND survey_id = :surveyId)
     END
   FROM ${countedSenders}`,
  // Not of senders that were written in several ways: who wrote on one day only in one of them has no rows to add up.
  `INSERT INTO survey_sender_day (survey_id, ordinal, day, messages, rejected_messages)
   SELECT :surveyId, ordinal, day, messages, rejected_messages FROM staging.incoming_day
   WHERE ordinal NOT IN (SELECT ordinal FROM staging.incoming
     WHERE (domain, address) IN (SELECT domain, address FROM staging.counted WHERE spellings > 1))
   ORDER BY ordinal, day`,
];
