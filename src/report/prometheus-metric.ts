/**
 * Text exposition format 0.0.4 of Prometheus.
 */
import { makeHarmless } from './harmless-text.js';

type Labels = Readonly<Record<string, string>>;

/** A value with its labels. */
export type Sample = readonly [labels: Labels, value: number];

/** One gauge with its samples; nothing where there are none. */
export function metric(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const full = `sender_survey_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${renderLabels(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join('')}`;
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Backslash, quote and line feed are escaped; what a terminal would obey is not let through. */
function escapeLabel(value: string): string {
  return makeHarmless(value).replace(/[\\"]/g, '\\$&');
}
