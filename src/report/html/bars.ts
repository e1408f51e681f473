/**
 * Bars as small SVG pictures without text, as wide as their place: the numbers stand beside them, so that readers of
 * the table miss nothing, and they are hidden from screen readers.
 */
import { scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import type { Verdict } from '../../verdict/evidence.js';
import { markup, type Markup } from './markup.js';

/** A part of a bar, coloured as its verdict. */
export interface BarPart {
  readonly verdict: Verdict;
  readonly value: number;
}

/** One bar of all parts one after the other; as long as its place where they add up to `whole`. */
export function stackedBar(parts: readonly BarPart[], whole: number): Markup {
  const x = scaleLinear([0, Math.max(whole, 1)], [0, 1000]);
  const present = parts.filter(({ value }) => value > 0);
  const layout = stack<readonly BarPart[], number>()
    .keys(present.keys())
    .value((values, index) => values[index]?.value ?? 0)([present]);
  const rectangles = layout.map((series) => {
    const [from, to] = series[0] ?? [0, 0];
    // Too thin to be seen is no help: what there is at all gets a visible width.
    const width = Math.max(x(to) - x(from), 2);
    return markup`<rect class="fill-${present[series.key]?.verdict ?? 'pending'}" x="${round(x(from))}" width="${round(width)}" height="10"/>`;
  });
  return barPicture(rectangles);
}

/** A line from one value to another with a tick in it, all on the same scale from 0 to 1. */
export function rangeBar(from: number, to: number, tick: number): Markup {
  const x = scaleLinear([0, 1], [0, 990]);
  return barPicture([
    markup`<rect class="range" x="${round(x(from))}" y="3" width="${round(x(to) - x(from) + 10)}" height="4"/>`,
    markup`<rect class="tick" x="${round(x(tick))}" width="10" height="10"/>`,
  ]);
}

function barPicture(shapes: readonly Markup[]): Markup {
  return markup`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${shapes}</svg>`;
}

/** Two decimals are finer than any screen. */
export function round(coordinate: number): number {
  return Math.round(coordinate * 100) / 100;
}
