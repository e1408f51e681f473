/**
 * Completion for bash, 3.2 and later.
 */
import { shells } from '../commands.js';
import { completedCommands, type Flag } from './words.js';

/** The script; to be sourced. */
export function bashCompletion(): string {
  const commands = completedCommands();
  const names = commands.map(({ name }) => name).join(' ');
  const all = new Map(commands.flatMap(({ flags }) => flags.map((flag) => [flag.long, flag])));
  return `# Completion of sender-survey for bash: source <(sender-survey completion bash)
_sender_survey() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=survey options= IFS=$'\\n'
  COMPREPLY=()
  if [[ $word == '=' ]]; then word=; elif [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  case $previous in
${[...all.values()].map(valueCase).join('')}  esac
  case \${COMP_WORDS[1]} in
    ${names.replaceAll(' ', '|')}) if [ "$COMP_CWORD" -gt 1 ]; then command=\${COMP_WORDS[1]}; fi ;;
  esac
  case $command in
${commands.map(({ name, flags }) => `    ${name}) options=${lines(flags.flatMap(spellings))} ;;\n`).join('')}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ $command == completion ]]; then
    COMPREPLY=($(compgen -W ${lines(shells)} -- "$word"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$word"))
    if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY+=($(compgen -W ${lines(names.split(' '))} -- "$word")); fi
  fi
}
complete -F _sender_survey sender-survey
`;
}

/** What follows an option that takes a value; nothing for one that takes none. */
function valueCase(flag: Flag): string {
  const { value } = flag;
  if (value.kind === 'none') return '';
  const words = value.kind === 'words' ? `-W ${lines(value.words)}` : '-f';
  const files = value.kind === 'file' ? 'compopt -o filenames 2>/dev/null; ' : '';
  const reply = value.kind === 'unknown' ? '' : `${files}COMPREPLY=($(compgen ${words} -- "$word")); `;
  return `    ${spellings(flag).join('|')}) ${reply}return ;;\n`;
}

function spellings({ long, short }: Flag): string[] {
  return [...(short === null ? [] : [`-${short}`]), `--${long}`];
}

/** The words as compgen takes them apart where IFS is a line feed. */
function lines(words: readonly string[]): string {
  return `$'${words.join('\\n')}'`;
}
