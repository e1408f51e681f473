/**
 * The reports for monitoring programs.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '../verdict/judge.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { renderMrtg } from './render-mrtg.js';
import { unknownAnswer } from './nagios-answer.js';
import { renderNagios } from './render-nagios.js';
import { renderPrometheus } from './render-prometheus.js';
import { replyOf, rowOf, sampleRows, sampleTimes, surveyOf } from './report.test-support.js';
import { summarise } from './summarise.js';
import { isAlarming, parseThreshold, sharesWatched, type Threshold } from './thresholds.js';

const summaryOf = (rows: readonly SurveyRow[], changes = {}) => summarise(rows, surveyOf(changes), sampleTimes, judge);
const sample = summaryOf(sampleRows, { complete: false });

describe('Prometheus', () => {
  test('gets the sample', async () => {
    await expect(renderPrometheus(sample)).toMatchFileSnapshot('../../fixtures/report/sample.prom');
  });

  test('gets lines of the exposition format, whatever the sites are called', () => {
    const line =
      /^(?:# HELP sender_survey_[a-z0-9_]+ \S.*|# TYPE sender_survey_[a-z0-9_]+ gauge|sender_survey_[a-z0-9_]+(?:\{[a-z]+="(?:[^"\\]|\\["\\])*"(?:,[a-z]+="(?:[^"\\]|\\["\\])*")*\})? \d+(?:\.\d+)?)$/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (site) => {
        const text = renderPrometheus(summaryOf([rowOf('a@a.example', replyOf(250, { site }))]));
        expect(text.endsWith('\n')).toBe(true);
        expect(
          text
            .slice(0, -1)
            .split('\n')
            .filter((each) => !line.test(each)),
        ).toEqual([]);
      }),
    );
  });

  test('is told of a survey that still runs', () => {
    expect(renderPrometheus(summaryOf(sampleRows, { finishedAt: null }))).not.toContain('end_timestamp');
  });
});

test('MRTG gets four lines', () => {
  expect(renderMrtg(sample)).toBe('3\n4\nsurvey of 2026-11-16T13:38:00.000Z\nsender-survey\n');
});

describe('thresholds', () => {
  test.for<[string, number[], number[]]>([
    ['rejected=10%', [0, 10], [10.01, 100]],
    ['rejected=10', [0, 10], [10.01, 100]],
    ['rejected=0', [0], [0.01]],
    ['accepted=50%:', [50, 100], [0, 49.99]],
    ['accepted=~:50', [0, 50], [50.01]],
    ['no-answer=10%:20%', [10, 20], [9.99, 20.01]],
    ['no-answer=@10:20', [9.99, 20.01], [10, 15, 20]],
  ])('%s', ([text, quiet, alarming]) => {
    const threshold = mustParse(text);
    expect(quiet.filter((percent) => isAlarming(threshold, percent))).toEqual([]);
    expect(alarming.filter((percent) => !isAlarming(threshold, percent))).toEqual([]);
  });

  test.for<[string, string]>([
    ['rejected', 'not a limit'],
    ['rejected=', 'not a limit'],
    ['rejected=:', 'not a limit'],
    ['rejected=much', 'not a limit'],
    ['rejected=1=2', 'not a limit'],
    ['rejected=20:10', 'begins after its end'],
    ['toString=1', 'not one of accepted, '],
  ])('%s is none', ([text, why]) => {
    expect(parseThreshold(text, sharesWatched)).toEqual({ ok: false, why: expect.stringContaining(why) as string });
  });
});

function mustParse(text: string): Threshold {
  const parsed = parseThreshold(text, sharesWatched);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.threshold;
}

describe('Nagios', () => {
  const data =
    'accepted=20%;; deferred=10%;; rejected=40%;30;50 refused-us=10%;; no-answer=10%;; unreachable=10%;; ' +
    'undeliverable=10%;; wanted-rejected=20%;; checked=10;;;0';

  test('gets text, performance data and a code', () => {
    expect(renderNagios(sample, [mustParse('rejected=30%')], [mustParse('rejected=50%')])).toEqual({
      text: `SENDER-SURVEY WARNING - rejected 40 % of 10 senders checked on 2026-11-16, 1 sender pending | ${data}\n`,
      exitCode: 1,
    });
  });

  test.for<[string, string[], string[], number, string]>([
    ['nothing to watch', [], [], 0, 'OK - accepted 20 %, rejected 40 %'],
    ['all well', ['rejected=50'], ['rejected=60'], 0, 'OK - accepted 20 %'],
    ['a warning', ['rejected=30', 'no-answer=5'], ['rejected=60'], 1, 'WARNING - rejected 40 %, no-answer 10 % of'],
    ['critical', ['rejected=30'], ['rejected=35'], 2, 'CRITICAL - rejected 40 % of'],
    ['critical for one, a warning for another', ['no-answer=5'], ['accepted=50:'], 2, 'CRITICAL - accepted 20 %, no-'],
  ])('%s', ([, warn, critical, exitCode, words]) => {
    const answer = renderNagios(sample, warn.map(mustParse), critical.map(mustParse));
    expect(answer.exitCode).toBe(exitCode);
    expect(answer.text).toContain(`SENDER-SURVEY ${words}`);
  });

  test('is told UNKNOWN where nothing was checked', () => {
    expect(renderNagios(summaryOf([]), [], [])).toEqual({
      text: 'SENDER-SURVEY UNKNOWN - the survey of 2026-11-16 has checked no sender\n',
      exitCode: 3,
    });
    expect(unknownAnswer('no | such\nfile').text).toBe('SENDER-SURVEY UNKNOWN - no ? such?file\n');
  });
});
