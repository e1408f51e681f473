/**
 * The survey as one line, from top to bottom:
 *
 *   inputs ─ logs/ ─▶ senders/ ─▶ store/ ─▶ exchangers/ ─▶ plan/ ─▶ probe/ ─▶ store/ ─▶ report/
 */
import { askSenders, type AskListener, type AskSettings, type AskWorld } from './ask-senders.js';
import { drawSample, unfinishedSeed, type DrawnSample, type SampleSettings } from './draw-sample.js';
import type { SafetyStop } from './plan/safety-stops.js';
import { formatAddress, parseAddress } from './senders/address.js';
import type { AddressSet } from './senders/address-set.js';
import { collectSenders, type Collected, type LogFormat } from './senders/collect-senders.js';
import type { NewSender } from './store/begin-survey.js';
import { StateError } from './store/state-error.js';
import { openState, type State } from './store/state.js';
import type { SurveyInfo } from './store/survey-info.js';

/** A time that the user gave. */
export interface Moment {
  /** As it was given; an age is the same command at any time. */
  readonly written: string;
  /** ms since 1970. */
  readonly time: number;
}

/** All that a survey needs to know; see CONTRACT's options. */
export interface SurveySettings extends AskSettings {
  readonly inputs: readonly string[];
  readonly format: LogFormat;
  readonly senders: 'accepted' | 'rejected' | 'all';
  readonly includeLocal: boolean;
  readonly minMessages: number;
  readonly limit: number | null;
  /** Only mail from then on, and before then. */
  readonly since?: Moment | null;
  readonly until?: Moment | null;
  /** Ask a random sample only. */
  readonly sample?: SampleSettings | null;
  readonly skip: AddressSet;
  readonly wanted: AddressSet;
  /** Whether correspondents found in the logs are wanted too. */
  readonly learnWanted: boolean;
  readonly statePath: string;
  readonly maxAgeMs: number;
  readonly resume: boolean;
}

/** What a survey needs from the world around it, injected so that tests can stand in for it. */
export interface SurveyWorld extends AskWorld {
  readonly stdin: NodeJS.ReadableStream;
  readonly warn: (message: string) => void;
  /** Told what is uncertain in the inputs. */
  readonly note?: ((message: string) => void) | undefined;
  readonly listener: SurveyListener;
  /** Called at the end, reached or interrupted, with what is known by then. */
  readonly report: (state: State, survey: SurveyInfo) => Promise<void>;
}

/** Told what happens while it happens. */
export interface SurveyListener extends AskListener {
  /** Once, when it is known how many senders there are and how many of them need no asking. */
  started(senders: number, alreadyKnown: number): void;
  /** At the end, reached or not; may come twice. */
  ended(): void;
}

/**
 * Reads the inputs, asks about every sender that is not known yet, keeps what it learns in the state, and reports.
 * Gives the reason where a safety stop ended it.
 */
export async function runSurvey(settings: SurveySettings, world: SurveyWorld): Promise<SafetyStop | null> {
  const { state, survey } = await openSurvey(settings, world);
  try {
    const { senders, pending } = state.countSenders(survey.id);
    world.listener.started(senders, senders - pending);
    const stop = pending > 0 ? await askSenders(survey.id, settings, state, world) : null;
    world.listener.ended();
    state.finishSurvey(survey.id, world.clock.now());
    await world.report(state, state.survey(survey.id) ?? survey);
    return stop;
  } finally {
    world.listener.ended();
    state.close();
  }
}

/** Reads the inputs and opens the state with a survey of them, or with the one to go on with. */
export async function openSurvey(
  settings: SurveySettings,
  world: SurveyWorld,
): Promise<{ readonly state: State; readonly survey: SurveyInfo }> {
  const found = settings.resume ? null : await readInputs(settings, world);
  const state = openState(settings.statePath, 'write');
  try {
    return { state, survey: found === null ? resumeSurvey(state) : beginSurvey(found, settings, state, world.random) };
  } catch (error) {
    state.close();
    throw error;
  }
}

/** The senders of the inputs, and when they were read. */
interface Found {
  readonly startedAt: number;
  readonly collected: Collected;
}

async function readInputs(settings: SurveySettings, world: SurveyWorld): Promise<Found> {
  const startedAt = world.clock.now();
  const { stdin, warn, note } = world;
  const window = { since: settings.since?.time, until: settings.until?.time };
  const selection = { ...settings, ...window, stdin, now: startedAt, warn, note, countDays: true };
  return { startedAt, collected: await collectSenders(settings.inputs, selection) };
}

function resumeSurvey(state: State): SurveyInfo {
  const survey = state.unfinishedSurvey();
  if (survey === null) throw new StateError('--resume: this state holds no unfinished survey');
  return survey;
}

function beginSurvey(
  { startedAt, collected }: Found,
  settings: SurveySettings,
  state: State,
  random: () => number,
): SurveyInfo {
  const { inputs, format, senders, includeLocal, minMessages, limit } = settings;
  const [since, until] = [settings.since?.written, settings.until?.written];
  const sample = settings.sample ?? undefined;
  const command = JSON.stringify({ inputs, format, senders, includeLocal, minMessages, limit, since, until, sample });
  const seedBefore = (): string | null => unfinishedSeed(state, command);
  const drawn = sample && drawSample(collected.senders(), senders, sample, seedBefore, random);
  const plan = {
    command,
    startedAt,
    concurrency: settings.concurrency,
    settings: {
      probe: settings.probe,
      limits: settings.limits,
      ipVersion: settings.ipVersion,
      sampledFrom: drawn?.sampledFrom,
    },
    mail: senders,
    sample: drawn?.sample ?? null,
    inputTotals: collected.totals(),
  };
  return state.beginSurvey(plan, settings.maxAgeMs, chooseSenders(collected, settings, startedAt, drawn));
}

/** The senders of this survey, in order of first appearance; those never to be asked come with the reason. */
function* chooseSenders(
  collected: Collected,
  settings: SurveySettings,
  now: number,
  sample: Pick<DrawnSample, 'has'> | undefined,
): Generator<NewSender> {
  let taken = 0;
  for (const sender of collected.senders()) {
    if (settings.limit !== null && taken === settings.limit) return;
    if (sample?.has(sender.address) === false) continue;
    taken += 1;
    const known = settings.learnWanted && collected.correspondents.mailsTo(sender.address) > 0;
    const { address, domain, wanted, skipped } = judgeAddress(sender.address, known, settings, now);
    // Field by field, for millions of them: V8 takes 5 µs to spread two objects into one.
    const { messages, rejectedMessages, firstSeen, lastSeen, days } = sender;
    yield { address, domain, messages, rejectedMessages, firstSeen, lastSeen, days, wanted, skipped };
  }
}

function judgeAddress(
  written: string,
  isCorrespondent: boolean,
  settings: SurveySettings,
  checkedAt: number,
): Pick<NewSender, 'address' | 'domain' | 'wanted' | 'skipped'> {
  const parsed = parseAddress(written);
  if (!parsed.ok) {
    const skipped = { event: 'bad-syntax', stage: null, replyText: parsed.why, checkedAt } as const;
    return { address: written, domain: null, wanted: false, skipped };
  }
  const { mailbox } = parsed;
  const optedOut = { event: 'opted-out', stage: null, replyText: null, checkedAt } as const;
  return {
    address: formatAddress(mailbox),
    domain: mailbox.domain,
    wanted: isCorrespondent || settings.wanted.has(mailbox),
    skipped: settings.skip.has(mailbox) ? optedOut : null,
  };
}
