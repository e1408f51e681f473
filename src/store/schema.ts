/**
 * The tables of the state. Names are meant to be read: anyone can open the file with the sqlite3 tool, where the view
 * `result` shows one survey per survey_id, one sender a row. Times are milliseconds since 1970 UTC.
 */
import { reasonsByVerdict } from '../verdict/evidence.js';

/** `PRAGMA application_id` of a state: "SSvy" in ASCII, so that file(1) and we can tell it from other databases. */
export const applicationId = 0x53537679;

/** `PRAGMA user_version`: goes up with every change to the tables that an older program would not understand. */
export const schemaVersion = 1;

const tables = `
CREATE TABLE survey (
  id INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,                              -- when it ended or was interrupted; NULL while it runs, or if it was killed
  complete INTEGER NOT NULL DEFAULT 0,              -- 1 when no sender was pending at the end
  superseded_by INTEGER REFERENCES survey (id),     -- the survey that went on where this one was interrupted
  work_began_at INTEGER NOT NULL,                   -- started_at of the first of the surveys that it goes on from
  command TEXT NOT NULL,                            -- tells whether it is the same command again
  settings TEXT NOT NULL,                           -- all options, JSON
  concurrency INTEGER NOT NULL,
  mail TEXT NOT NULL,                               -- whose senders: 'accepted', 'rejected' or 'all' mail
  sample_size INTEGER,
  sample_population INTEGER,
  sample_seed TEXT,
  input_files INTEGER NOT NULL,
  input_bytes INTEGER NOT NULL,
  input_lines INTEGER NOT NULL,
  input_messages INTEGER NOT NULL,
  input_null_senders INTEGER NOT NULL,
  input_malformed INTEGER NOT NULL,
  input_senders INTEGER NOT NULL
) STRICT;

CREATE TABLE domain (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE                         -- A-labels; empty for senders whose address has no usable domain
) STRICT;

CREATE TABLE sender (
  id INTEGER PRIMARY KEY,
  domain_id INTEGER NOT NULL REFERENCES domain (id),
  address TEXT NOT NULL,
  UNIQUE (domain_id, address)
) STRICT;

CREATE TABLE server (
  id INTEGER PRIMARY KEY,
  host TEXT,
  address TEXT,
  site TEXT
) STRICT;
CREATE UNIQUE INDEX server_identity ON server (ifnull(host, ''), ifnull(address, ''), ifnull(site, ''));

CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  survey_id INTEGER NOT NULL REFERENCES survey (id),
  server_id INTEGER NOT NULL REFERENCES server (id),
  started_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  tls INTEGER NOT NULL
) STRICT;

CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  survey_id INTEGER NOT NULL REFERENCES survey (id),
  sender_id INTEGER NOT NULL REFERENCES sender (id),
  session_id INTEGER REFERENCES session (id),
  server_id INTEGER REFERENCES server (id),
  event TEXT NOT NULL,
  stage TEXT,
  reply_code INTEGER,
  enhanced_code TEXT,
  reply_text TEXT,
  catch_all INTEGER,
  checked_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_of_sender ON evidence (sender_id, checked_at);

CREATE TABLE survey_sender (
  survey_id INTEGER NOT NULL REFERENCES survey (id),
  sender_id INTEGER NOT NULL,                       -- no REFERENCES: checking ten million rows would cost more than it saves
  domain_id INTEGER NOT NULL,                       -- as in sender; here for the index of what is pending
  ordinal INTEGER NOT NULL,                         -- order of first appearance in the inputs
  messages INTEGER NOT NULL,
  rejected_messages INTEGER NOT NULL,
  first_seen INTEGER,
  last_seen INTEGER,
  wanted INTEGER NOT NULL,
  evidence_id INTEGER REFERENCES evidence (id),     -- what this survey reports; NULL is pending
  PRIMARY KEY (survey_id, sender_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending ON survey_sender (survey_id, domain_id, sender_id) WHERE evidence_id IS NULL;
`;

const resultView = `
CREATE VIEW result AS
SELECT
  survey_sender.survey_id, survey_sender.ordinal, sender.address, domain.name AS domain,
  survey_sender.messages, survey_sender.rejected_messages,
  ${isoTime('survey_sender.first_seen')} AS first_seen,
  ${isoTime('survey_sender.last_seen')} AS last_seen,
  survey_sender.wanted,
  ${verdict()} AS verdict,
  evidence.event, evidence.stage, evidence.reply_code, evidence.enhanced_code, evidence.reply_text, evidence.catch_all,
  server.host AS mx_host, server.address AS mx_address, server.site,
  evidence.attempts, evidence.duration_ms,
  ${isoTime('evidence.checked_at')} AS checked_at
FROM survey_sender
JOIN sender ON sender.id = survey_sender.sender_id
JOIN domain ON domain.id = sender.domain_id
LEFT JOIN evidence ON evidence.id = survey_sender.evidence_id
LEFT JOIN server ON server.id = evidence.server_id;
`;

/**
 * What came later and does not keep an older program from understanding the rest; added to a state that has no such tables
 * yet when a survey opens it.
 */
export const additions = `
CREATE TABLE IF NOT EXISTS survey_sender_day (      -- only of senders whose messages came on several days
  survey_id INTEGER NOT NULL REFERENCES survey (id),
  ordinal INTEGER NOT NULL,                         -- as in survey_sender
  day INTEGER NOT NULL,                             -- when it begins; 0 for messages without a time
  messages INTEGER NOT NULL,
  rejected_messages INTEGER NOT NULL,
  PRIMARY KEY (survey_id, ordinal, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS prober_of_evidence (     -- only of what workers found
  evidence_id INTEGER PRIMARY KEY REFERENCES evidence (id),
  prober TEXT NOT NULL
) STRICT;

CREATE VIEW IF NOT EXISTS messages_by_day AS        -- of all senders; day is NULL where it is not known
SELECT survey_id, ordinal, ${isoDay('nullif(day, 0)')} AS day, messages, rejected_messages FROM survey_sender_day
UNION ALL
SELECT survey_id, ordinal,
  CASE WHEN ${isoDay('first_seen')} = ${isoDay('last_seen')} THEN ${isoDay('first_seen')} END,
  messages, rejected_messages
FROM survey_sender WHERE NOT EXISTS (
  SELECT 1 FROM survey_sender_day AS known
  WHERE known.survey_id = survey_sender.survey_id AND known.ordinal = survey_sender.ordinal);
`;

/** Makes all tables, indexes and views in an empty database. */
export const schema = tables + resultView + additions;

function isoDay(milliseconds: string): string {
  return `date(${milliseconds} / 1000, 'unixepoch')`;
}

function isoTime(milliseconds: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${milliseconds} / 1000.0, 'unixepoch')`;
}

/** The verdict in SQL; it follows from the decisive reply alone, so that no rule of verdict/judge.ts is repeated here. */
function verdict(): string {
  const whens = (['no-answer', 'unreachable', 'undeliverable', 'skipped'] as const).map(
    (word) => `WHEN evidence.event IN (${reasonsByVerdict[word].map(quoted).join(', ')}) THEN '${word}'`,
  );
  return `CASE
    WHEN evidence.id IS NULL THEN 'pending'
    WHEN evidence.reply_code BETWEEN 200 AND 299 AND evidence.stage = 'rcpt' THEN 'accepted'
    WHEN evidence.reply_code BETWEEN 400 AND 499 THEN 'deferred'
    WHEN evidence.reply_code BETWEEN 500 AND 599 THEN 'rejected'
    WHEN evidence.event = 'reply' THEN 'no-answer'
    ${whens.join('\n    ')}
  END`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
