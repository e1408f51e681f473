/**
 * `sender-survey queue`: what waits in the mail queue, how much of it is bounces, and how many of those nobody will take. Asks
 * nobody, changes nothing.
 */
import { existsSync } from 'node:fs';
import { lookUpIn, type JudgeFound } from '../queue/look-up-fates.js';
import type { QueueSummary } from '../queue/queue-summary.js';
import { QueueTally } from '../queue/queue-tally.js';
import { readQueue } from '../queue/read-queue.js';
import { renderQueueText } from '../queue/render-queue-text.js';
import { countsWatched, renderQueueMrtg, renderQueueNagios, renderQueuePrometheus } from '../queue/render-queue.js';
import { unknownAnswer } from '../report/nagios-answer.js';
import { renderJson } from '../report/render-json.js';
import { writeToStream } from '../report/write-to-stream.js';
import { openState, type State } from '../store/state.js';
import { chooseInputs, refuseRepeated } from './check-inputs.js';
import { checkThresholds } from './check-thresholds.js';
import { choosePaint } from './choose-paint.js';
import { exitCodes } from './exit-codes.js';
import { judgeIn } from './judge-in.js';
import { stateOptions, type QueueOptions } from './options.js';
import { UsageError } from './usage-error.js';
import { warn } from './warn.js';

/** Runs the command; gives the exit code. */
export async function queueCommand(inputs: readonly string[], options: QueueOptions): Promise<number> {
  if (options.output === 'nagios') return await answerNagios(inputs, options);
  if (options.warn.length + options.crit.length > 0) throw new UsageError('--warn and --crit go with --output nagios');
  const summary = await summarise(inputs, options);
  await writeToStream(process.stdout, [renderers[options.output](summary)]);
  return exitCodes.done;
}

const renderers: Readonly<Record<Exclude<QueueOptions['output'], 'nagios'>, (summary: QueueSummary) => string>> = {
  text: (summary) => renderQueueText(summary, choosePaint(process.stdout, process.env)),
  json: renderJson,
  prometheus: renderQueuePrometheus,
  mrtg: renderQueueMrtg,
};

/** A plugin must say UNKNOWN, on standard output, whatever keeps it from an answer. */
async function answerNagios(inputs: readonly string[], options: QueueOptions): Promise<number> {
  let answer = unknownAnswer('');
  try {
    const { warn: warning, critical } = checkThresholds(options, countsWatched);
    answer = renderQueueNagios(await summarise(inputs, options), warning, critical);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    answer = unknownAnswer(error.message);
  }
  await writeToStream(process.stdout, [answer.text]);
  return answer.exitCode;
}

async function summarise(inputs: readonly string[], options: QueueOptions): Promise<QueueSummary> {
  refuseRepeated(options, ['warn', 'crit']);
  const path = options.state ?? (existsSync(stateOptions.state.default) ? stateOptions.state.default : null);
  const state = path === null ? null : openState(path, 'read');
  try {
    const tally = new QueueTally(state === null ? () => 'unknown' : lookUpIn(state, judgeFoundIn(state)));
    const surroundings = { stdin: process.stdin, now: Date.now(), warn };
    const listed = await readQueue(chooseInputs(inputs), tally, surroundings);
    return {
      schema: 1,
      listed: new Date(listed).toISOString(),
      totals: tally.totals,
      oldestSeconds: tally.oldestSeconds === null ? null : Math.round(tally.oldestSeconds),
      state: path,
      bouncesTo: state === null ? null : tally.fates,
      domains: tally.domains(),
    };
  } finally {
    state?.close();
  }
}

/** Judges as in the survey that found it. */
function judgeFoundIn(state: State): JudgeFound {
  const judges = new Map<number, ReturnType<typeof judgeIn>>();
  return ({ evidence, surveyId }, address) => {
    let judge = judges.get(surveyId);
    if (judge === undefined) {
      const survey = state.survey(surveyId);
      if (survey === null) throw new Error(`no survey ${surveyId} in the state`);
      judge = judgeIn(survey);
      judges.set(surveyId, judge);
    }
    return judge(evidence, address);
  };
}
