/**
 * What a survey still has to ask, from the index that holds just that, a page at a time: nothing here grows with the
 * number of senders, and no read stays open while results are written.
 */
import type { Database } from './database.js';

/** A domain with senders that are still to be asked. */
export interface PendingDomain {
  readonly domainId: number;
  readonly domain: string;
  readonly senders: number;
}

/** A sender that is still to be asked. */
export interface PendingSender {
  readonly senderId: number;
  readonly address: string;
}

/** How many domains are read at a time. */
const pageSize = 1000;

/** Gives each list of domains a table of its own. */
let lists = 0;

/**
 * All domains with pending senders as they are at the start, most senders first. The list is put into a temporary
 * table: reading it off the index would keep SQLite from ever shortening its write-ahead log during the survey.
 */
export function* listPendingDomains(database: Database, surveyId: number): Generator<PendingDomain, void, undefined> {
  const table = `temp.pending_domains_${++lists}`;
  database.exec(`CREATE TABLE ${table} (place INTEGER PRIMARY KEY, domain_id, senders)`);
  try {
    database.prepare(`INSERT INTO ${table} (domain_id, senders) ${countByDomain}`).run(surveyId);
    const nextPage = database.prepare<[number, number], PendingDomain>(
      `SELECT domain_id AS domainId, name AS domain, senders FROM ${table} JOIN domain ON domain.id = domain_id
       WHERE place > ? ORDER BY place LIMIT ?`,
    );
    for (let place = 0; ; place += pageSize) {
      const page = nextPage.all(place, pageSize);
      if (page.length === 0) return;
      yield* page;
    }
  } finally {
    if (database.open) database.exec(`DROP TABLE ${table}`);
  }
}

const countByDomain = `
SELECT domain_id, count(*) AS senders FROM survey_sender INDEXED BY pending
WHERE survey_id = ? AND evidence_id IS NULL
GROUP BY domain_id ORDER BY senders DESC, domain_id`;

/** See State.pendingSenders. */
export type FindPendingSenders = (
  surveyId: number,
  domainId: number,
  afterSenderId: number,
  limit: number,
) => PendingSender[];

/**
 * Prepares the look-up of pending senders. `LIMIT ?` alone would have SQLite plan the query anew for each number bound,
 * which takes it several times as long as the query itself.
 */
export function createPendingFinder(database: Database): FindPendingSenders {
  const statement = database.prepare<[number, number, number, number], PendingSender>(
    `SELECT sender_id AS senderId, address
     FROM survey_sender INDEXED BY pending CROSS JOIN sender ON sender.id = sender_id
     WHERE survey_id = ? AND survey_sender.domain_id = ? AND evidence_id IS NULL AND sender_id > ?
     ORDER BY sender_id LIMIT ? + 0`,
  );
  return (surveyId, domainId, afterSenderId, limit) => statement.all(surveyId, domainId, afterSenderId, limit);
}

/** A sender of any survey. */
export interface KnownSender extends PendingSender {
  readonly domainId: number;
  readonly domain: string;
}

/** Prepares the look-up of senders by their ids; gives those there are, in no order. */
export function createSenderFinder(database: Database): (senderIds: readonly number[]) => KnownSender[] {
  const statement = database.prepare<[string], KnownSender>(
    `SELECT sender.id AS senderId, address, domain_id AS domainId, name AS domain
     FROM json_each(?) CROSS JOIN sender ON sender.id = value JOIN domain ON domain.id = domain_id`,
  );
  return (senderIds) => (senderIds.length === 0 ? [] : statement.all(JSON.stringify(senderIds)));
}

/** How many senders a survey has, and how many of them are still to be asked. */
export function countSenders(database: Database, surveyId: number): { senders: number; pending: number } {
  const counts = database
    .prepare<object, { senders: number; pending: number }>(
      `SELECT (SELECT count(*) FROM survey_sender WHERE survey_id = :surveyId) AS senders,
              (SELECT count(*) FROM survey_sender WHERE survey_id = :surveyId AND evidence_id IS NULL) AS pending`,
    )
    .get({ surveyId });
  return counts ?? { senders: 0, pending: 0 };
}
