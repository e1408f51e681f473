/**
 * What there is to complete, in the words that the scripts of all shells are made from.
 */
import { commands, generalOptions, type Command, type CommandName } from '../commands.js';
import { takesValue } from '../describe-options.js';
import type { Option } from '../options.js';

/** What may stand after an option: nothing, one of these words, a file, or what no shell can guess. */
export type Value =
  { readonly kind: 'none' | 'file' | 'unknown' } | { readonly kind: 'words'; readonly words: readonly string[] };

/** An option in all its spellings. */
export interface Flag {
  /** Without dashes. */
  readonly long: string;
  readonly short: string | null;
  readonly describe: string;
  /** What its value is called. */
  readonly valueName: string;
  readonly value: Value;
  readonly repeatable: boolean;
}

/** The commands with their options; those of every command included. */
export function completedCommands(): { name: CommandName; command: Command; flags: Flag[] }[] {
  return Object.entries(commands).map(([name, command]: [string, Command]) => ({
    name: name as CommandName,
    command,
    flags: Object.entries({ ...command.options, ...generalOptions }).map(flagOf),
  }));
}

function flagOf([name, option]: [string, Option]): Flag {
  const isOnByDefault = option.type === 'boolean' && option.default === true;
  return {
    long: isOnByDefault ? `no-${name}` : name,
    short: typeof option.alias === 'string' ? option.alias : null,
    describe: option.describe ?? '',
    valueName: option.value ?? '',
    value: valueOf(option),
    repeatable: option.array === true,
  };
}

function valueOf(option: Option): Value {
  if (!takesValue(option)) return { kind: 'none' };
  if (Array.isArray(option.choices)) return { kind: 'words', words: option.choices.map(String) };
  return { kind: option.value === 'FILE' ? 'file' : 'unknown' };
}
