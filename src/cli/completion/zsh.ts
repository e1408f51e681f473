/**
 * Completion for zsh.
 */
import { shells } from '../commands.js';
import { completedCommands, type Flag, type Value } from './words.js';

/** The script; to be sourced, or put into a folder of $fpath as _sender-survey. */
export function zshCompletion(): string {
  const commands = completedCommands();
  const listed = commands.map(({ name, command }) => quoted(`${name}:${command.describe}`));
  return `#compdef sender-survey
# Completion of sender-survey for zsh: source <(sender-survey completion zsh)
_sender-survey() {
  local command=survey
  local -a options operands commands=(
    ${listed.join('\n    ')}
  )
  if (( CURRENT > 2 )) && [[ -n \${(M)commands:#$words[2]:*} ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
    operands=('*:input:_files')
  else
    operands=('1: :_sender-survey-first' '*:input:_files')
  fi
  case $command in
${commands.map(({ name, flags }) => `    ${name}) options=(${flags.map(spec).join(' ')}) ;;\n`).join('')}  esac
  if [[ $command == completion ]]; then operands=('1:shell:(${shells.join(' ')})'); fi
  if [[ $command == probe ]]; then operands=('*:address: '); fi
  _arguments $options $operands
}
_sender-survey-first() {
  _describe -t commands command commands
  _files
}
if [[ $funcstack[1] == _sender-survey ]]; then _sender-survey "$@"; else compdef _sender-survey sender-survey; fi
`;
}

/** An option as _arguments has it: '*--skip[what it does]:FILE:_files'. */
function spec({ long, short, describe, valueName, value, repeatable }: Flag): string {
  const help = `[${describe.replace(/[[\]\\]/g, '\\$&')}]`;
  const tail = help + action(value, valueName);
  if (short !== null) return `'(-${short} --${long})'{-${short},--${long}}${quoted(tail)}`;
  return quoted(`${repeatable ? '*' : ''}--${long}${tail}`);
}

function action(value: Value, name: string): string {
  if (value.kind === 'none') return '';
  const actions = { file: '_files', unknown: ' ', words: value.kind === 'words' ? `(${value.words.join(' ')})` : '' };
  return `:${name.replaceAll(':', '\\:')}:${actions[value.kind]}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
