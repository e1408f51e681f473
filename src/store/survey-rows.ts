/**
 * Reads a survey back: its senders with their evidence, one at a time, and the times of the sites asked.
 */
import type { Event, Evidence, Stage } from '../verdict/evidence.js';
import { hasTable, type Database } from './database.js';
import { readDays, type DayCount } from './days-of-senders.js';

/** One sender of a survey. */
export interface SurveyRow {
  readonly address: string;
  /** A-labels; null where the address has no usable domain. */
  readonly domain: string | null;
  readonly messages: number;
  readonly rejectedMessages: number;
  /** Milliseconds since 1970 UTC; null where the input had no times. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly wanted: boolean;
  /** Messages by day, where they came on several and it is known how many on which. */
  readonly days?: readonly DayCount[] | undefined;
  /** The newest evidence; null for a sender not asked yet. */
  readonly evidence: Evidence | null;
}

/** How long the servers of a site took, over the senders of a survey that they were asked about. */
export interface SiteTimes {
  readonly site: string;
  /** Sessions held with the site for this survey, and for those that it goes on from. */
  readonly sessions: number;
  /** Median and 95th percentile of `Evidence.durationMs`. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** What `readRows` selects, in its order: an array takes half the time of an object with so many names. */
type RowRecord = readonly [
  ordinal: number,
  address: string,
  domain: string,
  messages: number,
  rejectedMessages: number,
  firstSeen: number | null,
  lastSeen: number | null,
  wanted: number,
  ...evidence: EvidenceRecord,
];

/** The columns of evidence, in this order. */
export type EvidenceRecord = readonly [
  event: Event | null,
  stage: Stage | null,
  replyCode: number | null,
  enhancedCode: string | null,
  replyText: string | null,
  mxHost: string | null,
  mxAddress: string | null,
  site: string | null,
  catchAll: number | null,
  checkedAt: number,
  durationMs: number,
  attempts: number,
  prober: string | null,
];

/** All of them but the last, the prober's, in SQL. */
export const evidenceColumns = `event, stage, reply_code, enhanced_code, reply_text, server.host, server.address, site, catch_all,
  checked_at, duration_ms, attempts`;

/** The senders of a survey in order of first appearance. While this is read, nothing can be written. */
export function* readRows(database: Database, surveyId: number): Generator<SurveyRow, void, undefined> {
  // States of older versions have no such table.
  const hasProbers = hasTable(database, 'prober_of_evidence');
  const records = database
    .prepare<[number], RowRecord>(
      `SELECT ordinal, sender.address, domain.name, messages, rejected_messages, first_seen, last_seen, wanted,
         ${evidenceColumns}, ${hasProbers ? 'prober' : 'NULL'}
       FROM survey_sender
       CROSS JOIN sender ON sender.id = survey_sender.sender_id
       CROSS JOIN domain ON domain.id = survey_sender.domain_id
       LEFT JOIN evidence ON evidence.id = survey_sender.evidence_id
       LEFT JOIN server ON server.id = server_id
       ${hasProbers ? 'LEFT JOIN prober_of_evidence ON prober_of_evidence.evidence_id = evidence.id' : ''}
       WHERE survey_sender.survey_id = ? ORDER BY ordinal`,
    )
    .raw();
  const days = readDays(database, surveyId);
  try {
    for (const record of records.iterate(surveyId)) yield toRow(record, days.next(record[0]));
  } finally {
    days.close();
  }
}

function toRow(record: RowRecord, days: readonly DayCount[] | undefined): SurveyRow {
  const [, address, domain, messages, rejectedMessages, firstSeen, lastSeen, wanted, ...evidence] = record;
  return {
    address,
    domain: domain === '' ? null : domain,
    messages,
    rejectedMessages,
    firstSeen,
    lastSeen,
    days,
    wanted: wanted === 1,
    evidence: toEvidence(evidence),
  };
}

/** Null where the columns are those of no evidence. */
export function toEvidence(record: EvidenceRecord): Evidence | null {
  const [event, stage, replyCode, enhancedCode, replyText, mxHost, mxAddress, site, catchAll, ...times] = record;
  if (event === null) return null;
  const [checkedAt, durationMs, attempts, prober] = times;
  return {
    event,
    stage,
    replyCode,
    enhancedCode,
    replyText,
    mxHost,
    mxAddress,
    site,
    catchAll: catchAll === null ? null : catchAll === 1,
    checkedAt,
    durationMs,
    attempts,
    ...(prober !== null && { prober }),
  };
}

/** The sites that the senders of a survey belong to, in no order. */
export function readSiteTimes(database: Database, surveyId: number): SiteTimes[] {
  return database
    .prepare<object, SiteTimes>(
      `WITH RECURSIVE
       surveys (id) AS (
         VALUES (:surveyId) UNION SELECT survey.id FROM survey JOIN surveys ON superseded_by = surveys.id
       ),
       held AS (
         SELECT site, count(*) AS sessions FROM session JOIN server ON server.id = server_id
         WHERE survey_id IN (SELECT id FROM surveys) GROUP BY site
       ),
       taken AS (
         SELECT site, percentile_disc(duration_ms, 0.5) AS p50Ms, percentile_disc(duration_ms, 0.95) AS p95Ms
         FROM survey_sender
         CROSS JOIN evidence ON evidence.id = evidence_id
         CROSS JOIN server ON server.id = server_id
         WHERE survey_sender.survey_id = :surveyId AND site IS NOT NULL GROUP BY site
       )
       SELECT site, ifnull(sessions, 0) AS sessions, p50Ms, p95Ms FROM taken LEFT JOIN held USING (site)`,
    )
    .all({ surveyId });
}
