/**
 * Progress in one line that fits: what matters most is in it however narrow the terminal, and a bar takes what is left.
 */
import { formatCount, formatCounted } from '../report/format-numbers.js';
import { fitText, widthOf } from '../report/harmless-text.js';
import type { Progress } from './progress-tally.js';

const leastBar = 5;
const mostBar = 24;
const gap = '  ';

/** The line for a terminal of so many columns, of which the last is left free. */
export function progressBarLine(progress: Progress, columns: number): string {
  const { done, total } = progress;
  const percent = `${total === 0 ? 100 : Math.floor((100 * done) / total)} %`.padStart(6);
  const room = columns - 1;
  let text = `${percent}${gap}${formatCount(done)}/${formatCount(total)}`;
  for (const part of [timeLeft(progress), rate(progress), waiting(progress), again(progress), shortCounts(progress)]) {
    if (part !== '' && widthOf(text + gap + part) + leastBar <= room) text += gap + part;
  }
  const bar = Math.min(mostBar, room - widthOf(text));
  return bar >= leastBar ? drawBar(total === 0 ? 1 : done / total, bar) + text : fitText(text.trimStart(), room);
}

/** The line for a log file, with everything in it. */
export function progressLogLine(progress: Progress): string {
  const { done, total } = progress;
  const parts = [rate(progress), timeLeft(progress), counts(progress), waiting(progress), again(progress)];
  return [`${formatCount(done)} of ${formatCount(total)} senders`, ...parts].filter((part) => part !== '').join('; ');
}

function drawBar(share: number, columns: number): string {
  const full = Math.floor(share * columns);
  return '█'.repeat(full) + '░'.repeat(columns - full);
}

function rate({ rate: perSecond }: Progress): string {
  if (perSecond === 0) return '';
  return `${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)}/s`;
}

/** Empty where the rest has been asked: how fast others answered says nothing of those that are slow. */
function timeLeft(progress: Progress): string {
  const { done, total, slow, tail, courtesy } = progress;
  if (done >= total) return 'done';
  if (slow > 0) return '';
  const least = Math.ceil((courtesy?.leastMs ?? 0) / 1000);
  // Sessions with one site come in bursts, a minute apart: the rate of late is that of a burst, or of a pause.
  if (tail !== null && !tail.andOthers && least > 0) {
    return `${courtesy?.slowed === true ? 'at least ' : ''}${duration(least)} left`;
  }
  const others = byRate(progress);
  return others === null ? 'time left unknown' : `${duration(Math.max(least, others))} left`;
}

/** Seconds that the rest takes if all goes on as of late; null where nothing goes on. */
function byRate({ done, total, rate: perSecond }: Progress): number | null {
  return perSecond <= 0 ? null : Math.ceil((total - done) / perSecond);
}

function waiting({ tail, slow }: Progress): string {
  if (slow > 0) return `waiting for ${formatCounted(slow, 'server')}`;
  if (tail === null) return '';
  const { site, waiting: senders, andOthers } = tail;
  return `${formatCount(senders)} ${senders === 1 ? 'waits' : 'wait'} for ${fitText(site, 40)}${andOthers ? ' and others' : ''}`;
}

function again({ again: later }: Progress): string {
  return later === null ? '' : `${formatCount(later.senders)} again in ${duration(Math.ceil(later.inMs / 1000))}`;
}

function counts({ counts: numbers }: Progress): string {
  return Object.entries(numbers)
    .map(([what, count]) => `${formatCount(count)} ${what}`)
    .join(', ');
}

function shortCounts({ counts: { ok, deferred, rejected, 'no server': none } }: Progress): string {
  return `${formatCount(ok)} ok, ${formatCount(deferred)} 4xx, ${formatCount(rejected)} 5xx, ${formatCount(none)} none`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
