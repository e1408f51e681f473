/**
 * `sender-survey survey`: the main job. Opens what it will write before it asks anybody, runs the survey, and reports
 * what is known at the end, be it reached or interrupted.
 */
import { createSystemClock } from '../clock.js';
import { dryRun } from '../dry-run.js';
import type { SafetyStop } from '../plan/safety-stops.js';
import { runSurvey, type SurveyListener, type SurveySettings, type SurveyWorld } from '../survey.js';
import { writeToStream } from '../report/write-to-stream.js';
import { judge } from '../verdict/judge.js';
import type { Crew } from '../workers/crew.js';
import { checkQueuePlace, checkSurveyOptions } from './check-options.js';
import { exitCodes } from './exit-codes.js';
import { explainStop } from './explain-stop.js';
import type { Interrupt } from './interrupt.js';
import type { SurveyOptions } from './options.js';
import { openReportFiles, printReports } from './print-reports.js';
import { createProgress, type ProgressListener } from './progress.js';
import { renderDryRun } from './render-dry-run.js';
import { openTrace } from './trace-file.js';
import { warn } from './warn.js';

/** Runs the command; gives the exit code. */
export async function surveyCommand(
  inputs: readonly string[],
  options: SurveyOptions,
  interrupt: Interrupt,
): Promise<number> {
  const settings = await checkSurveyOptions(inputs, options, warn);
  const world: Omit<SurveyWorld, 'listeners' | 'report'> = {
    clock: createSystemClock(),
    random: Math.random,
    stdin: process.stdin,
    warn,
    note: options.verbose ? warn : undefined,
    listener: listenTo(createProgress(options.progress, process.stderr, Date.now), interrupt),
    signal: interrupt.signal,
  };
  if (options['dry-run']) return await printDryRun(settings, { ...world, listeners: {}, report: async () => {} });
  const reports = openReportFiles(options);
  const trace = openTrace(options.trace);
  const crew = options.workers === undefined ? undefined : await joinWorkers(options.workers, options, settings, world);
  let stop: SafetyStop | null;
  try {
    stop = await runSurvey(settings, {
      ...world,
      crew,
      listeners: trace.listeners,
      report: (state, survey) => printReports(state, survey, options, reports),
    });
  } finally {
    trace.close();
    await crew?.close();
  }
  if (stop !== null) {
    warn(explainStop(stop, settings.statePath));
    return exitCodes.safetyStop;
  }
  if (!interrupt.signal.aborted) return exitCodes.done;
  warn(interruptedText(settings.statePath));
  return exitCodes.interrupted;
}

async function joinWorkers(
  url: string,
  options: SurveyOptions,
  { probe, concurrency }: SurveySettings,
  world: Pick<SurveyWorld, 'warn' | 'signal'>,
): Promise<Crew> {
  const { helo: _, ...rules } = probe;
  const place = checkQueuePlace('--workers', url, options['key-prefix']);
  return await (await import('../workers/crew.js')).openCrew({ place, rules, most: concurrency }, world);
}

async function printDryRun(settings: SurveySettings, world: SurveyWorld): Promise<number> {
  const found = await dryRun(settings, world);
  if (found === null) return exitCodes.interrupted;
  await writeToStream(process.stdout, [renderDryRun(found)]);
  return exitCodes.done;
}

/** From the first question on, an interrupt lets the sessions under way end in good manners. */
function listenTo(progress: ProgressListener, interrupt: Interrupt): SurveyListener {
  return {
    started: (senders, alreadyKnown) => {
      interrupt.graceful = true;
      progress.started(senders, alreadyKnown);
    },
    asking: (look) => progress.asking(look),
    decided: (evidence, senders, anew) => progress.decided(judge(evidence, '').verdict, senders, anew),
    withdrawn: (evidence, senders) => progress.withdrawn(judge(evidence, '').verdict, senders),
    ended: () => progress.ended(),
  };
}

function interruptedText(statePath: string): string {
  const kept = statePath === 'none' ? 'nothing was kept (--state none)' : 'the same command goes on from here';
  return `interrupted; ${kept}`;
}
