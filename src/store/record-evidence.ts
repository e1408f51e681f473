/**
 * Writes what was learnt as it comes: every attempt stays as evidence, and the survey's sender points at the newest.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Database } from './database.js';
import type { FindPendingSenders } from './pending-senders.js';

/** One SMTP session, however many senders it asked about. */
export interface Session {
  readonly server: { readonly host: string; readonly address: string; readonly site: string };
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly tls: boolean;
}

/** What was learnt about one sender. */
export interface Result {
  readonly senderId: number;
  readonly evidence: Evidence;
  /** False where it is kept, but the survey goes on reporting what it has. */
  readonly stands?: boolean;
}

/** Writers of one database, their statements prepared once. */
export interface Recorder {
  record(surveyId: number, session: Session | null, results: readonly Result[]): void;
  recordDomain(surveyId: number, domainId: number, evidence: Evidence): number;
  recordCatchAll(surveyId: number, domain: string, accepts: boolean): void;
}

/** How many senders of a domain are dealt with at a time. */
const pageSize = 1000;

/** Prepares the writers; see State for what they promise. */
export function createRecorder(database: Database, findPendingSenders: FindPendingSenders): Recorder {
  const serverIdOf = createServerRegister(database);
  const insertSession = database.prepare(
    'INSERT INTO session (survey_id, server_id, started_at, duration_ms, tls) VALUES (?, ?, ?, ?, ?)',
  );
  const insertEvidence = database.prepare(
    `INSERT INTO evidence (survey_id, sender_id, session_id, server_id, event, stage, reply_code, enhanced_code,
       reply_text, catch_all, checked_at, duration_ms, attempts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertProber = database.prepare('INSERT INTO prober_of_evidence (evidence_id, prober) VALUES (?, ?)');
  const pointToEvidence = database.prepare(
    'UPDATE survey_sender SET evidence_id = ? WHERE survey_id = ? AND sender_id = ?',
  );

  const noteCatchAll = database.prepare(
    `UPDATE evidence SET catch_all = :accepts
     WHERE catch_all IS NULL AND stage = 'rcpt' AND reply_code BETWEEN 200 AND 299 AND id IN (
       SELECT evidence_id FROM domain
       CROSS JOIN sender ON sender.domain_id = domain.id
       CROSS JOIN survey_sender ON survey_id = :surveyId AND sender_id = sender.id
       WHERE domain.name = :domain)`,
  );

  function addSession(surveyId: number, session: Session): number | bigint {
    const { server, startedAt, durationMs, tls } = session;
    const serverId = serverIdOf(server.host, server.address, server.site);
    return insertSession.run(surveyId, serverId, startedAt, Math.round(durationMs), tls ? 1 : 0).lastInsertRowid;
  }

  function addEvidence(surveyId: number, sessionId: number | bigint | null, result: Result): void {
    const { senderId, evidence } = result;
    const { lastInsertRowid } = insertEvidence.run(
      surveyId,
      senderId,
      sessionId,
      serverIdOf(evidence.mxHost, evidence.mxAddress, evidence.site),
      evidence.event,
      evidence.stage,
      evidence.replyCode,
      evidence.enhancedCode,
      evidence.replyText,
      evidence.catchAll === null ? null : Number(evidence.catchAll),
      evidence.checkedAt,
      Math.round(evidence.durationMs),
      evidence.attempts,
    );
    if (evidence.prober !== undefined) insertProber.run(lastInsertRowid, evidence.prober);
    if (result.stands === false) return;
    const { changes } = pointToEvidence.run(lastInsertRowid, surveyId, senderId);
    if (changes !== 1) throw new RangeError(`sender ${senderId} is not in survey ${surveyId}`);
  }

  function record(surveyId: number, session: Session | null, results: readonly Result[]): void {
    const sessionId = session === null ? null : addSession(surveyId, session);
    for (const result of results) addEvidence(surveyId, sessionId, result);
  }

  function recordDomain(surveyId: number, domainId: number, evidence: Evidence): number {
    let count = 0;
    for (;;) {
      const senders = findPendingSenders(surveyId, domainId, 0, pageSize);
      if (senders.length === 0) return count;
      for (const { senderId } of senders) addEvidence(surveyId, null, { senderId, evidence });
      count += senders.length;
    }
  }

  function recordCatchAll(surveyId: number, domain: string, accepts: boolean): void {
    noteCatchAll.run({ surveyId, domain, accepts: Number(accepts) });
  }

  return { recordCatchAll, record: database.transaction(record), recordDomain: database.transaction(recordDomain) };
}

type ServerRegister = (host: string | null, address: string | null, site: string | null) => number | null;

/** How many servers' ids are kept at hand. */
const registerSize = 10_000;

/** Gives a server's id, adding the server when it is new; null where no server is known. */
function createServerRegister(database: Database): ServerRegister {
  const ids = new Map<string, number>();
  // DO UPDATE, since DO NOTHING would return no row for a server that is there already.
  const upsert = database
    .prepare<[string | null, string | null, string | null], number>(
      `INSERT INTO server (host, address, site) VALUES (?, ?, ?)
       ON CONFLICT (ifnull(host, ''), ifnull(address, ''), ifnull(site, '')) DO UPDATE SET site = excluded.site
       RETURNING id`,
    )
    .pluck();
  return (host, address, site) => {
    if (host === null && address === null && site === null) return null;
    const key = `${host}\0${address}\0${site}`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = upsert.get(host, address, site);
    if (id === undefined) throw new Error(`no id for server ${host}`);
    if (ids.size >= registerSize) ids.clear();
    ids.set(key, id);
    return id;
  };
}
