/**
 * What is known of an address, whichever survey found it.
 */
import type { Evidence } from '../verdict/evidence.js';
import { hasTable, type Database } from './database.js';
import { evidenceColumns, toEvidence, type EvidenceRecord } from './survey-rows.js';

/** The newest evidence about a sender, and the survey that found it. */
export interface FoundEvidence {
  readonly evidence: Evidence;
  readonly surveyId: number;
}

/** Prepares the look-up by canonical address and domain (A-labels); null where nobody was asked about it. */
export function createEvidenceFinder(database: Database): (address: string, domain: string) => FoundEvidence | null {
  const prober = hasTable(database, 'prober_of_evidence')
    ? '(SELECT prober FROM prober_of_evidence WHERE evidence_id = evidence.id)'
    : 'NULL';
  const statement = database
    .prepare<[string, string], [...evidence: EvidenceRecord, surveyId: number]>(
      `SELECT ${evidenceColumns}, ${prober}, survey_id
       FROM domain
       CROSS JOIN sender ON sender.domain_id = domain.id
       CROSS JOIN evidence ON evidence.sender_id = sender.id
       LEFT JOIN server ON server.id = server_id
       WHERE sender.address = ? AND domain.name = ?
       ORDER BY checked_at DESC, evidence.id DESC LIMIT 1`,
    )
    .raw();
  return (address, domain) => {
    const record = statement.get(address, domain);
    if (record === undefined) return null;
    const evidence = toEvidence(record.slice(0, -1) as unknown as EvidenceRecord);
    return evidence && { evidence, surveyId: Number(record.at(-1)) };
  };
}
