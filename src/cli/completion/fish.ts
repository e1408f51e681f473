/**
 * Completion for fish.
 */
import { shells } from '../commands.js';
import { completedCommands, type Flag } from './words.js';

/** The script; to be sourced, or put into ~/.config/fish/completions/sender-survey.fish. */
export function fishCompletion(): string {
  const commands = completedCommands();
  const others = commands.map(({ name }) => name).filter((name) => name !== 'survey');
  const lines = commands.flatMap(({ name, command, flags }) => {
    const inCommand = `__fish_seen_subcommand_from ${name}`;
    const condition = name === 'survey' ? `not __fish_seen_subcommand_from ${others.join(' ')}` : inCommand;
    return [
      `complete -c sender-survey -n __fish_use_subcommand -a ${name} -d ${quoted(command.describe)}`,
      ...flags.map((flag) => `complete -c sender-survey -n ${quoted(condition)} ${flagWords(flag)}`),
    ];
  });
  return `# Completion of sender-survey for fish: sender-survey completion fish | source
${lines.join('\n')}
complete -c sender-survey -n '__fish_seen_subcommand_from completion' -xa '${shells.join(' ')}'
complete -c sender-survey -n '__fish_seen_subcommand_from probe' -f
`;
}

function flagWords({ long, short, describe, value }: Flag): string {
  const values = {
    none: '',
    file: ' -rF',
    unknown: ' -x',
    words: value.kind === 'words' ? ` -xa '${value.words.join(' ')}'` : '',
  };
  return `${short === null ? '' : `-s ${short} `}-l ${long}${values[value.kind]} -d ${quoted(describe)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
