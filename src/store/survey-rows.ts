/**
 * Reads a survey back: its senders with their evidence, one at a time, and the times of the sites asked.
 */
import type { Event, Evidence, Stage } from '../verdict/evidence.js';
import type { Database } from './database.js';

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

interface RowRecord {
  readonly address: string;
  readonly domain: string;
  readonly messages: number;
  readonly rejectedMessages: number;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly wanted: number;
  readonly event: Event | null;
  readonly stage: Stage | null;
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  readonly replyText: string | null;
  readonly catchAll: number | null;
  readonly checkedAt: number;
  readonly durationMs: number;
  readonly attempts: number;
  readonly mxHost: string | null;
  readonly mxAddress: string | null;
  readonly site: string | null;
}

/** The senders of a survey in order of first appearance. While this is read, nothing can be written. */
export function* readRows(database: Database, surveyId: number): Generator<SurveyRow, void, undefined> {
  const records = database.prepare<[number], RowRecord>(
    `SELECT sender.address, domain.name AS domain, messages, rejected_messages AS rejectedMessages,
       first_seen AS firstSeen, last_seen AS lastSeen, wanted, event, stage, reply_code AS replyCode,
       enhanced_code AS enhancedCode, reply_text AS replyText, catch_all AS catchAll, checked_at AS checkedAt,
       duration_ms AS durationMs, attempts, server.host AS mxHost, server.address AS mxAddress, site
     FROM survey_sender
     CROSS JOIN sender ON sender.id = survey_sender.sender_id
     CROSS JOIN domain ON domain.id = survey_sender.domain_id
     LEFT JOIN evidence ON evidence.id = evidence_id
     LEFT JOIN server ON server.id = server_id
     WHERE survey_sender.survey_id = ? ORDER BY ordinal`,
  );
  for (const record of records.iterate(surveyId)) yield toRow(record);
}

function toRow(record: RowRecord): SurveyRow {
  return {
    address: record.address,
    domain: record.domain === '' ? null : record.domain,
    messages: record.messages,
    rejectedMessages: record.rejectedMessages,
    firstSeen: record.firstSeen,
    lastSeen: record.lastSeen,
    wanted: record.wanted === 1,
    evidence: record.event === null ? null : toEvidence(record, record.event),
  };
}

function toEvidence(record: RowRecord, event: Event): Evidence {
  return {
    event,
    stage: record.stage,
    replyCode: record.replyCode,
    enhancedCode: record.enhancedCode,
    replyText: record.replyText,
    mxHost: record.mxHost,
    mxAddress: record.mxAddress,
    site: record.site,
    catchAll: record.catchAll === null ? null : record.catchAll === 1,
    checkedAt: record.checkedAt,
    durationMs: record.durationMs,
    attempts: record.attempts,
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
