/**
 * A survey up to the first question: inputs, state and DNS are real, the rest is the planner with an imagined pool.
 */
import { createFinder } from './ask-servers.js';
import { Bell } from './bell.js';
import { feedPlanner } from './feed-planner.js';
import { Planner, type Dismissal, type Recipient } from './plan/planner.js';
import { Retries } from './plan/retries.js';
import { simulate, type Assumptions, type Simulation } from './plan/simulate.js';
import type { State } from './store/state.js';
import { copyState } from './store/copy-state.js';
import { openSurvey, type SurveySettings, type SurveyWorld } from './survey.js';
import type { Event } from './verdict/evidence.js';

/**
 * Assumptions: the rounded means of `npm run bench survey 1`, whose servers are made up as well. Tries at dead and silent servers
 * count as sessions; a further recipient is cheap since most servers take them together (RFC 2920).
 */
const assumptions: Assumptions = { sessionMs: 1800, recipientMs: 40 };

/** What a survey would do. */
export interface DryRun {
  readonly senders: number;
  /** Senders of whom enough is known. */
  readonly known: number;
  /** Domains whose senders would be asked about. */
  readonly domains: number;
  /** Senders who have no mail server to be asked, by what DNS said. */
  readonly withoutServers: readonly (readonly [event: Event, domains: number, senders: number])[];
  readonly plan: Simulation;
  readonly concurrency: number;
  readonly assumptions: Assumptions;
}

/** Finds out what the survey would do; null after the signal. The state stays as it is. */
export async function dryRun(settings: SurveySettings, world: SurveyWorld): Promise<DryRun | null> {
  const copy = copyState(settings.statePath);
  try {
    const { state, survey } = await openSurvey({ ...settings, statePath: copy.path }, world);
    try {
      const { senders, pending } = state.countSenders(survey.id);
      return await planAll(survey.id, senders, senders - pending, settings, state, world);
    } finally {
      state.close();
    }
  } finally {
    copy.remove();
  }
}

async function planAll(
  surveyId: number,
  senders: number,
  known: number,
  settings: SurveySettings,
  state: State,
  world: SurveyWorld,
): Promise<DryRun | null> {
  const withoutServers = new Map<Event, [domains: number, senders: number]>();
  const planner = new Planner(settings.limits, imagined);
  let domains = 0;
  const dismissed = (dismissals: readonly Dismissal[]): void => {
    for (const dismissal of dismissals) {
      const [before, sendersBefore] = withoutServers.get(dismissal.evidence.event) ?? [0, 0];
      withoutServers.set(dismissal.evidence.event, [before + 1, sendersBefore + dismissal.senders]);
    }
  };
  await feedPlanner({
    planner: {
      add: (...load) => {
        domains += 1;
        return planner.add(...load);
      },
      hasRoom: () => true,
      isDone: () => true,
    },
    handOut: { announce: () => {}, announceAgain: () => {} },
    finder: createFinder(settings, world),
    retries: new Retries({ retries: 0, retryDelayMs: 0 }),
    domains: state.pendingDomains(surveyId),
    senders: () => [],
    clock: world.clock,
    bell: bellRungBy(world.signal),
    signal: world.signal,
    mayRecall: false,
    added: () => {},
    dismissed,
  });
  if (world.signal.aborted) return null;
  const plan = simulate(planner, settings.concurrency, assumptions);
  const without = Array.from(withoutServers, ([event, [of, among]]) => [event, of, among] as const);
  return { senders, known, domains, withoutServers: without, plan, concurrency: settings.concurrency, assumptions };
}

function bellRungBy(signal: AbortSignal): Bell {
  const bell = new Bell();
  signal.addEventListener('abort', () => bell.ring(), { once: true });
  return bell;
}

const nobody: Recipient = { senderId: 0, mailbox: { localPart: 'nobody', domain: 'example', smtputf8: false } };

function imagined(_domainId: number, count: number): readonly Recipient[] {
  return Array.from({ length: count }, () => ({ ...nobody }));
}
