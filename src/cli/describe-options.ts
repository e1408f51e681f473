/**
 * Options in words, for the help and the man page.
 */
import type { Option } from './options.js';

/** One option as it is explained. */
export interface DescribedOption {
  /** `-c, --concurrency N`. */
  readonly names: string;
  /** What it does; its words and its default in brackets. */
  readonly text: string;
}

/** Options under a title such as `How to ask:`. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly DescribedOption[];
}

/** From what is read to what comes out; groups that are not named here come last. */
const groupOrder = ['What to read:', 'How to ask:', 'Courtesy:', 'What is kept:', 'What comes out:'];

/** The options by group, within a group in the order of the table. */
export function describeOptions(options: Readonly<Record<string, Option>>): OptionGroup[] {
  const groups = new Map<string, DescribedOption[]>(groupOrder.map((title) => [title, []]));
  for (const [name, option] of Object.entries(options)) {
    const title = option.group ?? 'Other:';
    groups.set(title, [...(groups.get(title) ?? []), describe(name, option)]);
  }
  return [...groups].filter(([, list]) => list.length > 0).map(([title, list]) => ({ title, options: list }));
}

function describe(name: string, option: Option): DescribedOption {
  const short = typeof option.alias === 'string' ? `-${option.alias}, ` : '';
  const value = takesValue(option) ? ` ${option.value ?? 'VALUE'}` : '';
  const long = option.type === 'boolean' && option.default === true ? `no-${name}` : name;
  const remarks = [choicesOf(option), defaultOf(option)].filter((part) => part !== '').join('; ');
  return { names: `${short}--${long}${value}`, text: `${option.describe ?? ''}${remarks && ` (${remarks})`}` };
}

/** Whether the option is followed by a value. */
export function takesValue(option: Option): boolean {
  return option.type !== 'boolean';
}

function choicesOf({ choices }: Option): string {
  return Array.isArray(choices) ? choices.join(', ') : '';
}

function defaultOf({ default: value, defaultDescription, type, array }: Option): string {
  if (defaultDescription !== undefined) return defaultDescription === 'none' ? '' : `default: ${defaultDescription}`;
  if (value === undefined || type === 'boolean' || array === true) return '';
  return `default: ${String(value)}`;
}
