/**
 * The course of a survey as a chart: the share of senders decided by when, one coloured area above the other for each
 * verdict, with the moment marked at which 97 % were decided.
 */
import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveMonotoneX, stack } from 'd3-shape';
import type { Verdict } from '../../verdict/evidence.js';
import { formatDuration } from '../format-numbers.js';
import { round } from './bars.js';
import { coarsen, sum, timeUntil, type Course, type VerdictCounts } from './course.js';
import { markup, type Markup } from './markup.js';
import { verdictOrder } from './wording.js';

/** The size of a chart in the units of its text; it is drawn as wide as its place. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  /** About how many labels the axis of time has room for. */
  readonly labels: number;
}

/** The share that is marked: what comes after it are the few senders that a survey waits for. */
export const markedShare = 0.97;

const margin = { top: 26, right: 24, bottom: 26, left: 46 };
const mostPoints = 160;

/** A moment and the senders decided by then. */
interface Point {
  readonly ms: number;
  readonly decided: VerdictCounts;
}

/** The chart, `name` being unique in the page. Wants a course that lasted at least a moment. */
export function renderCourseChart(course: Course, size: ChartSize, name: string): Markup {
  const points = accumulate(course);
  const x = scaleUtc([0, course.lastedMs], [margin.left, size.width - margin.right]);
  const y = scaleLinear([0, Math.max(course.senders, 1)], [size.height - margin.bottom, margin.top]);
  const verdicts = verdictOrder.filter((verdict) => (points.at(-1)?.decided[verdict] ?? 0) > 0);
  const layers = stack<Point, Verdict>()
    .keys(verdicts)
    .value((point, verdict) => point.decided[verdict] ?? 0)(points);
  const shape = area<(typeof layers)[number][number]>()
    .x((point) => x(point.data.ms))
    .y0((point) => y(point[0]))
    .y1((point) => y(point[1]))
    .curve(curveMonotoneX)
    .digits(1);
  return markup`<svg class="chart ${name}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${name}-title">
<title id="${name}-title">Senders decided over time, by verdict; the table below has the numbers</title>
${gridLines(size, course.senders, y)}
${layers.map((layer) => markup`<path class="fill-${layer.key}" d="${shape(layer) ?? ''}"/>`)}
${timeAxis(size, x)}
${mark(course, size, x, y)}
</svg>
`;
}

/** Running totals at the end of each bin, from the beginning to the end; few enough that the page stays small. */
function accumulate(course: Course): Point[] {
  const coarse = coarsen(course, Math.ceil(course.bins.length / mostPoints));
  const end = course.bins.length * course.binMs;
  const points: Point[] = [{ ms: 0, decided: course.known }];
  let decided = course.known;
  for (const [index, bin] of coarse.bins.entries()) {
    if (sum(bin) === 0 && sum(coarse.bins[index + 1] ?? {}) === 0) continue;
    decided = add(decided, bin);
    points.push({ ms: Math.min((index + 1) * coarse.binMs, end), decided });
  }
  if (course.lastedMs > end) points.push({ ms: course.lastedMs, decided });
  return points;
}

function add(decided: VerdictCounts, bin: VerdictCounts): VerdictCounts {
  const total = (verdict: Verdict): number => (decided[verdict] ?? 0) + (bin[verdict] ?? 0);
  return Object.fromEntries(verdictOrder.map((verdict) => [verdict, total(verdict)]));
}

type Place = (value: number) => number;

function gridLines({ width }: ChartSize, senders: number, y: Place): Markup[] {
  return [0, 25, 50, 75, 100].map((percent) => {
    const height = round(y((senders * percent) / 100));
    return markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${height}" y2="${height}"/><text class="label" x="${margin.left - 6}" y="${height + 4}" text-anchor="end">${percent} %</text>`;
  });
}

function timeAxis({ height, labels }: ChartSize, x: ReturnType<typeof scaleUtc<number>>): Markup[] {
  const base = height - margin.bottom;
  return x.ticks(labels).map((time) => {
    const place = round(x(time));
    return markup`<line class="axis" x1="${place}" x2="${place}" y1="${base}" y2="${base + 4}"/><text class="label" x="${place}" y="${base + 18}" text-anchor="middle">${elapsed(time.getTime())}</text>`;
  });
}

function mark(course: Course, { width, height }: ChartSize, x: Place, y: Place): Markup | null {
  const time = timeUntil(course, markedShare);
  if (time === null) return null;
  const [left, top] = [round(x(time)), round(y(course.senders * markedShare))];
  const anchor = left > width / 2 ? 'end' : 'start';
  const label = `${markedShare * 100} % after ${formatDuration(time)}`;
  return markup`<line class="mark" x1="${left}" x2="${left}" y1="${margin.top - 6}" y2="${height - margin.bottom}"/><circle class="mark" cx="${left}" cy="${top}" r="4"/><text class="mark" x="${left + (anchor === 'end' ? -5 : 5)}" y="${margin.top - 10}" text-anchor="${anchor}">${label}</text>`;
}

/** A round time since the beginning as briefly as can be: `30 s`, `1 min 30 s`, `2 h`, `3 d`. */
function elapsed(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const units = [
    ['d', Math.floor(milliseconds / 86_400_000)],
    ['h', Math.floor(milliseconds / 3_600_000) % 24],
    ['min', Math.floor(milliseconds / 60_000) % 60],
    ['s', (milliseconds / 1000) % 60],
  ] as const;
  return units
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ');
}
