/**
 * Messages by sender and day, of the senders whose mail came on several days; who wrote on one day only has no rows.
 */
import { hasTable, type Database } from './database.js';

/** A sender's messages of one day. */
export interface DayCount {
  /** When it begins (UTC), milliseconds since 1970; 0 for messages without a time. */
  readonly day: number;
  readonly messages: number;
  readonly rejectedMessages: number;
}

/** Gives the days of the senders of a survey, who must be asked about in the order of their ordinals. */
export type DaysInOrder = (ordinal: number) => readonly DayCount[] | undefined;

interface DayRecord extends DayCount {
  readonly ordinal: number;
}

/** States of older versions have no such table: then nobody has days. */
export function readDays(database: Database, surveyId: number): { next: DaysInOrder; close: () => void } {
  if (!hasTable(database, 'survey_sender_day')) return { next: () => undefined, close: () => {} };
  const records = database
    .prepare<[number], DayRecord>(
      `SELECT ordinal, day, messages, rejected_messages AS rejectedMessages FROM survey_sender_day
       WHERE survey_id = ? ORDER BY ordinal, day`,
    )
    .iterate(surveyId);
  let coming = records.next();
  const next: DaysInOrder = (ordinal) => {
    if (coming.done || coming.value.ordinal !== ordinal) return undefined;
    const days: DayCount[] = [];
    for (; !coming.done && coming.value.ordinal === ordinal; coming = records.next()) {
      const { day, messages, rejectedMessages } = coming.value;
      days.push({ day, messages, rejectedMessages });
    }
    return days;
  };
  return { next, close: () => void records.return?.() };
}
