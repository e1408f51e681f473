/**
 * Settings that all commands share, from the environment and the configuration file: each command takes those that are
 * its own. What no command knows is left for the command line to complain about.
 */
import { commands, type Command, type CommandName } from './commands.js';

const prefix = 'SENDER_SURVEY_';

/** The command that a command line is for. */
export function commandOf(args: readonly string[]): CommandName {
  return (args.find((word) => Object.hasOwn(commands, word)) as CommandName | undefined) ?? 'survey';
}

/** Takes the settings of other commands out of the environment. */
export function dropSettingsOfOthers(name: CommandName, environment: NodeJS.ProcessEnv): void {
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith(prefix)) continue;
    const option = variable.slice(prefix.length).toLowerCase().replaceAll('_', '-');
    if (isOfOthers(name, option)) delete environment[variable];
  }
}

/** The settings of a file without those of other commands. */
export function settingsFor(name: CommandName, settings: object): object {
  return Object.fromEntries(Object.entries(settings).filter(([option]) => !isOfOthers(name, option)));
}

function isOfOthers(name: CommandName, option: string): boolean {
  return !has(commands[name], option) && Object.values(commands).some((command) => has(command, option));
}

function has({ operand, options }: Command, option: string): boolean {
  return Object.hasOwn(options, option) || operand?.name === option;
}
