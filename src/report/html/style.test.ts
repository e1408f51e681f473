import { expect, test } from 'vitest';
import { verdictOrder } from './wording.js';
import { style } from './style.js';

/** The colours of the style sheet's first (light) or second (dark) `:root`, by name. */
function coloursOf(scheme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const block = style.split(':root {')[scheme === 'light' ? 1 : 2]?.split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

/** WCAG 2.2, contrast ratio, 1 to 21. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const texts = ['text', 'dim', 'link', 'caution', 'accepted'];

test.for(['light', 'dark'] as const)('every colour can be told from what is behind it: %s', (scheme) => {
  const colours = coloursOf(scheme);
  const contrastOn = (ground: string, name: string): number =>
    contrast(colours.get(ground) ?? 'missing', colours.get(name) ?? 'missing');
  for (const text of texts) expect.soft(contrastOn('ground', text), text).toBeGreaterThanOrEqual(4.5);
  for (const text of ['text', 'dim']) expect.soft(contrastOn('panel', text), text).toBeGreaterThanOrEqual(4.5);
  for (const area of verdictOrder) expect.soft(contrastOn('ground', area), area).toBeGreaterThanOrEqual(3);
});
