/**
 * Takes evidence back that does not count after all. It is deleted, so that no later survey takes it for a recent answer.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Database } from './database.js';
import { evidenceColumns, toEvidence, type EvidenceRecord } from './survey-rows.js';

type Found = readonly [evidenceId: number, senderId: number, address: string, ...evidence: EvidenceRecord];

/** See State.withdraw. */
export function withdrawEvidence(
  database: Database,
  surveyId: number,
  worker: string,
  isVoid: (evidence: Evidence, address: string) => boolean,
): number[] {
  const found = database
    .prepare<object, Found>(
      `SELECT evidence.id, sender.id, sender.address, ${evidenceColumns}, prober
       FROM prober_of_evidence
       CROSS JOIN evidence ON evidence.id = prober_of_evidence.evidence_id
       CROSS JOIN survey_sender ON survey_sender.survey_id = :surveyId
         AND survey_sender.sender_id = evidence.sender_id AND survey_sender.evidence_id = evidence.id
       CROSS JOIN sender ON sender.id = evidence.sender_id
       LEFT JOIN server ON server.id = server_id
       WHERE prober = :worker OR substr(prober, 1, length(:worker) + 1) = :worker || ' '`,
    )
    .raw();
  const [evidenceIds, senderIds]: [number[], number[]] = [[], []];
  for (const [evidenceId, senderId, address, ...record] of found.iterate({ surveyId, worker })) {
    const evidence = toEvidence(record);
    if (evidence === null || !isVoid(evidence, address)) continue;
    evidenceIds.push(evidenceId);
    senderIds.push(senderId);
  }
  database.transaction(() => remove(database, evidenceIds, senderIds))();
  return senderIds;
}

/** Surveys that this one goes on from have the same evidence. */
function remove(database: Database, evidenceIds: readonly number[], senderIds: readonly number[]): void {
  const release = database.prepare(
    `UPDATE survey_sender SET evidence_id = NULL
     WHERE survey_id IN (SELECT id FROM survey) AND sender_id = ? AND evidence_id = ?`,
  );
  const removals = ['prober_of_evidence WHERE evidence_id = ?', 'evidence WHERE id = ?'];
  const statements = removals.map((what) => database.prepare(`DELETE FROM ${what}`));
  evidenceIds.forEach((evidenceId, i) => {
    release.run(senderIds[i], evidenceId);
    for (const statement of statements) statement.run(evidenceId);
  });
}
