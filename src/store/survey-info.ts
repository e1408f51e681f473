/**
 * One survey as the state knows it: what was asked for, from which inputs, and how far it came.
 */
import type { Database } from './database.js';

/** Whose senders a survey is about: those of mail our server took in, of mail it refused, or both. */
export type CountedMail = 'accepted' | 'rejected' | 'all';

/** What reading the inputs found; `senders` counts the distinct ones, surveyed or not. */
export interface InputTotals {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly messages: number;
  readonly nullSenders: number;
  readonly malformed: number;
  readonly senders: number;
}

/** A random sample: `size` of `population` senders were surveyed, drawn with `seed`. */
export interface Sample {
  readonly size: number;
  readonly population: number;
  readonly seed: string;
}

/** What a survey sets out to do. */
export interface SurveyPlan {
  /** The inputs and selection options, in any spelling that is the same for the same command. */
  readonly command: string;
  /** Milliseconds since 1970 UTC, as all times here. */
  readonly startedAt: number;
  readonly concurrency: number;
  /** All options; kept as JSON for people and for `--resume`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mail: CountedMail;
  readonly sample: Sample | null;
  readonly inputTotals: InputTotals;
}

/** A survey in the state. */
export interface SurveyInfo extends SurveyPlan {
  readonly id: number;
  /** When the first of the surveys by the same command began that it goes on from; else its own beginning. */
  readonly workBeganAt: number;
  /** When it ended or was interrupted; null while it runs, or if it was killed. */
  readonly finishedAt: number | null;
  /** Whether no sender was pending at the end. */
  readonly complete: boolean;
  /** The survey that the same command went on with after this one was interrupted. */
  readonly supersededBy: number | null;
}

interface SurveyRecord {
  readonly id: number;
  readonly started_at: number;
  readonly work_began_at: number;
  readonly finished_at: number | null;
  readonly complete: number;
  readonly superseded_by: number | null;
  readonly command: string;
  readonly settings: string;
  readonly concurrency: number;
  readonly mail: CountedMail;
  readonly sample_size: number | null;
  readonly sample_population: number | null;
  readonly sample_seed: string | null;
  readonly input_files: number;
  readonly input_bytes: number;
  readonly input_lines: number;
  readonly input_messages: number;
  readonly input_null_senders: number;
  readonly input_malformed: number;
  readonly input_senders: number;
}

/** The survey with this number, or the newest; null where there is none. */
export function findSurvey(database: Database, id: number | 'latest'): SurveyInfo | null {
  return id === 'latest'
    ? readSurvey(database, 'ORDER BY id DESC LIMIT 1')
    : readSurvey(database, 'WHERE id = :id', { id });
}

/** The newest survey that was interrupted and that no later one went on from. */
export function findUnfinishedSurvey(database: Database): SurveyInfo | null {
  return readSurvey(database, 'WHERE NOT complete AND superseded_by IS NULL ORDER BY id DESC LIMIT 1');
}

/** Adds a survey and gives its number. `workBeganAt`: see the column work_began_at. */
export function insertSurvey(database: Database, plan: SurveyPlan, workBeganAt: number): number {
  const { inputTotals: input, sample } = plan;
  const values: Omit<SurveyRecord, 'id' | 'finished_at' | 'complete' | 'superseded_by'> = {
    started_at: plan.startedAt,
    work_began_at: workBeganAt,
    command: plan.command,
    settings: JSON.stringify(plan.settings),
    concurrency: plan.concurrency,
    mail: plan.mail,
    sample_size: sample?.size ?? null,
    sample_population: sample?.population ?? null,
    sample_seed: sample?.seed ?? null,
    input_files: input.files,
    input_bytes: input.bytes,
    input_lines: input.lines,
    input_messages: input.messages,
    input_null_senders: input.nullSenders,
    input_malformed: input.malformed,
    input_senders: input.senders,
  };
  const columns = Object.keys(values);
  const sql = `INSERT INTO survey (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})`;
  return Number(database.prepare(sql).run(values).lastInsertRowid);
}

function readSurvey(database: Database, clause: string, parameters = {}): SurveyInfo | null {
  const record = database.prepare<object, SurveyRecord>(`SELECT * FROM survey ${clause}`).get(parameters);
  return record === undefined ? null : toSurveyInfo(record);
}

function toSurveyInfo(record: SurveyRecord): SurveyInfo {
  const settings: Record<string, unknown> = JSON.parse(record.settings);
  return {
    id: record.id,
    command: record.command,
    startedAt: record.started_at,
    workBeganAt: record.work_began_at,
    finishedAt: record.finished_at,
    complete: record.complete === 1,
    supersededBy: record.superseded_by,
    concurrency: record.concurrency,
    settings,
    mail: record.mail,
    sample: toSample(record),
    inputTotals: {
      files: record.input_files,
      bytes: record.input_bytes,
      lines: record.input_lines,
      messages: record.input_messages,
      nullSenders: record.input_null_senders,
      malformed: record.input_malformed,
      senders: record.input_senders,
    },
  };
}

function toSample(record: SurveyRecord): Sample | null {
  const { sample_size: size, sample_population: population, sample_seed: seed } = record;
  return size === null || population === null || seed === null ? null : { size, population, seed };
}
