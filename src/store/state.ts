/**
 * The state: one SQLite file with the senders, what was learnt about them, and the surveys made with it. Everything is
 * written as it comes, so that a survey killed at any moment loses at most the sessions in flight.
 */
import type { Evidence } from '../verdict/evidence.js';
import { beginSurvey, type NewSender } from './begin-survey.js';
import {
  checkSound,
  createPrivateFile,
  explaining,
  explainingEach,
  fileExists,
  openFile,
  openInMemory,
  type Database,
} from './database.js';
import {
  countSenders,
  createPendingFinder,
  createSenderFinder,
  listPendingDomains,
  type KnownSender,
  type PendingDomain,
  type PendingSender,
} from './pending-senders.js';
import { DelayedCommit } from './delayed-commit.js';
import { openEndedSurvey, type OpenEndedSurvey } from './open-ended-survey.js';
import { createRecorder, type Result, type Session } from './record-evidence.js';
import { createEvidenceFinder, type FoundEvidence } from './newest-evidence.js';
import { lockForRun, type Release } from './run-lock.js';
import { additions, applicationId, schema, schemaVersion } from './schema.js';
import { StateError } from './state-error.js';
import { withdrawEvidence } from './withdraw-evidence.js';
import { findSurvey, findUnfinishedSurvey, type SurveyInfo, type SurveyPlan } from './survey-info.js';
import { readRows, readSiteTimes, type SiteTimes, type SurveyRow } from './survey-rows.js';

/** An open state. Every method throws StateError when the file cannot be read or written any more. */
export interface State {
  /**
   * Adds a survey with its senders, all or nothing, and reuses the evidence that is fresh enough (see
   * begin-survey.ts). Ordinals follow the order of `senders`; the same address twice adds up.
   */
  beginSurvey(plan: SurveyPlan, maxAgeMs: number, senders: Iterable<NewSender>): SurveyInfo;
  /** Goes on with the survey of that command that has no end, or begins it. */
  openEndedSurvey(plan: SurveyPlan): OpenEndedSurvey;
  /** The newest survey that was interrupted and not gone on with by a later one. */
  unfinishedSurvey(): SurveyInfo | null;
  survey(id: number | 'latest'): SurveyInfo | null;
  /** How many senders a survey has, and how many of them are pending. */
  countSenders(surveyId: number): { readonly senders: number; readonly pending: number };
  /** The domains with pending senders as they are at the start, most senders first; results may be written meanwhile. */
  pendingDomains(surveyId: number): Iterable<PendingDomain>;
  /** At most `limit` pending senders of a domain with ids above `afterSenderId` (0 at first), in the order of ids. */
  pendingSenders(surveyId: number, domainId: number, afterSenderId: number, limit: number): PendingSender[];
  /** The senders with these ids, in no order. */
  senders(senderIds: readonly number[]): KnownSender[];
  /** Keeps a session and what it taught, all or nothing; null for evidence that came of no session. */
  record(surveyId: number, session: Session | null, results: readonly Result[]): void;
  /** Keeps the same evidence for all pending senders of a domain; gives how many there were. */
  recordDomain(surveyId: number, domainId: number, evidence: Evidence): number;
  /** Keeps whether a domain takes an address that cannot exist, for all its senders accepted so far. */
  recordCatchAll(surveyId: number, domain: string, accepts: boolean): void;
  /**
   * Takes back what a worker found that does not count after all, as if it had never been found; gives the senders, who
   * are pending again.
   */
  withdraw(surveyId: number, worker: string, isVoid: (evidence: Evidence, address: string) => boolean): number[];
  /** Commits what was recorded in this turn of the event loop, which otherwise happens at its end. */
  commit(): void;
  /** Marks the end, reached or interrupted; the survey is complete when no sender is pending. */
  finishSurvey(surveyId: number, finishedAt: number): void;
  /** The senders in order of first appearance. Nothing can be written while this is read. */
  rows(surveyId: number): Iterable<SurveyRow>;
  /** What is known of a sender, by canonical address and domain, whichever survey found it; null where nothing is. */
  newestEvidence(address: string, domain: string): FoundEvidence | null;
  /** The sites asked, in no order. */
  siteTimes(surveyId: number): SiteTimes[];
  /** Closes the file and lets the next survey in. */
  close(): void;
}

/**
 * Opens the state at `path`; `none` is one in memory that ends with the process. For writing it is made if need be,
 * and kept from other surveys until it is closed; reading goes on beside a survey that writes.
 * @throws StateError where there is no state to read, the file is something else, or another survey holds it.
 */
export function openState(path: string, mode: 'write' | 'read'): State {
  if (path === 'none') return openPrivateState(mode);
  const existed = fileExists(path);
  if (!existed && mode === 'read') throw new StateError(`there is no state ${path}: no survey was kept there`);
  if (!existed) createPrivateFile(path);
  const database = openFile(path, mode);
  try {
    const kind = recognise(path, database);
    if (mode === 'write') return openForWriting(path, database);
    if (kind === 'empty') throw new StateError(`${path} is empty: it holds no survey`);
    checkSound(path, database, false);
    return createState(path, database, () => {});
  } catch (error) {
    database.close();
    throw error;
  }
}

function openPrivateState(mode: 'write' | 'read'): State {
  if (mode === 'read') throw new StateError('the state "none" keeps nothing that could be read');
  const database = openInMemory();
  initialise(database);
  return createState('the state in memory', database, () => {});
}

/** Looks before anything is changed: a state, an empty file, or not ours (StateError). */
function recognise(path: string, database: Database): 'state' | 'empty' {
  return explaining(path, () => {
    const id = database.pragma('application_id', { simple: true });
    const version = Number(database.pragma('user_version', { simple: true }));
    const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
    if (id === 0 && version === 0 && tables === 0) return 'empty';
    if (id !== applicationId)
      throw new StateError(`${path} is some other program's SQLite database; it was left as it is`);
    if (version <= schemaVersion) return 'state';
    throw new StateError(
      `${path} was made by a newer sender-survey (its version is ${version}, this program knows ${schemaVersion})`,
    );
  });
}

function openForWriting(path: string, database: Database): State {
  const release = lockForRun(path);
  try {
    checkSound(path, database, true);
    explaining(path, () => {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
      // Every id written here was given by SQLite itself a moment ago; checking each would double the cost of a record.
      database.pragma('foreign_keys = OFF');
      if (recognise(path, database) === 'empty') initialise(database);
      else database.transaction(() => database.exec(additions))();
    });
    return createState(path, database, release);
  } catch (error) {
    release();
    throw error;
  }
}

function initialise(database: Database): void {
  const identity = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`;
  database.transaction(() => database.exec(schema + identity))();
}

function createState(path: string, database: Database, release: Release): State {
  const findPendingSenders = explaining(path, () => createPendingFinder(database));
  const findSenders = explaining(path, () => createSenderFinder(database));
  const findEvidence = explaining(path, () => createEvidenceFinder(database));
  const recorder = explaining(path, () => createRecorder(database, findPendingSenders));
  const commit = new DelayedCommit(database, (work) => explaining(path, work));
  const guarded = <Arguments extends unknown[], Value>(work: (...given: Arguments) => Value) => {
    return (...given: Arguments): Value => explaining(path, () => work(...given));
  };
  /** For all but what is done for every session: what was recorded before is committed first. */
  const committed = <Arguments extends unknown[], Value>(work: (...given: Arguments) => Value) =>
    guarded((...given: Arguments): Value => {
      commit.now();
      return work(...given);
    });
  return {
    beginSurvey: committed((plan, maxAgeMs, senders) => {
      const id = beginSurvey(database, plan, maxAgeMs, senders);
      database.pragma('wal_checkpoint(TRUNCATE)');
      return existing(findSurvey(database, id));
    }),
    openEndedSurvey: committed((plan) => {
      const survey = openEndedSurvey(database, plan);
      return {
        id: survey.id,
        find: guarded(survey.find),
        isWanted: guarded(survey.isWanted),
        count: guarded((sender) => commit.soon(() => survey.count(sender))),
        countAll: guarded((totals, now) => commit.soon(() => survey.countAll(totals, now))),
        forget: committed(survey.forget),
      };
    }),
    unfinishedSurvey: committed(() => findUnfinishedSurvey(database)),
    survey: committed((id) => findSurvey(database, id)),
    countSenders: committed((surveyId) => countSenders(database, surveyId)),
    pendingDomains: (surveyId) => explainingEach(path, () => listPendingDomains(database, surveyId)),
    // In the open transaction, since a read that has to take locks of its own costs several times as much.
    pendingSenders: guarded((...asked) => commit.soon(() => findPendingSenders(...asked))),
    senders: guarded(findSenders),
    record: guarded((surveyId, session, results) => {
      commit.soon(() => recorder.record(surveyId, session, results));
    }),
    recordDomain: guarded((surveyId, domainId, evidence) => {
      return commit.soon(() => recorder.recordDomain(surveyId, domainId, evidence));
    }),
    recordCatchAll: guarded((surveyId, domain, accepts) => {
      commit.soon(() => recorder.recordCatchAll(surveyId, domain, accepts));
    }),
    withdraw: committed((...asked) => withdrawEvidence(database, ...asked)),
    commit: committed(() => {}),
    finishSurvey: committed((surveyId, finishedAt) => finishSurvey(database, surveyId, finishedAt)),
    rows: (surveyId) =>
      explainingEach(path, () => {
        commit.now();
        return readRows(database, surveyId);
      }),
    newestEvidence: committed(findEvidence),
    siteTimes: committed((surveyId) => readSiteTimes(database, surveyId)),
    close: guarded(() => {
      try {
        commit.now();
      } finally {
        close(database);
        release();
      }
    }),
  };
}

function existing(survey: SurveyInfo | null): SurveyInfo {
  if (survey === null) throw new Error('a survey just added is not there');
  return survey;
}

function finishSurvey(database: Database, surveyId: number, finishedAt: number): void {
  database
    .prepare(
      `UPDATE survey SET finished_at = :finishedAt, complete = NOT EXISTS (
         SELECT 1 FROM survey_sender WHERE survey_id = :surveyId AND evidence_id IS NULL)
       WHERE id = :surveyId`,
    )
    .run({ surveyId, finishedAt });
}

/** A state at rest is one plain file, without -wal and -shm, that can be read from a read-only directory too. */
function close(database: Database): void {
  if (!database.readonly && !database.memory) {
    database.pragma('busy_timeout = 0');
    try {
      database.pragma('journal_mode = DELETE');
    } catch {
      // Someone else is reading it: then it stays in WAL mode, which does no harm.
    }
  }
  database.close();
}
