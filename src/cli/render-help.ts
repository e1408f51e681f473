/**
 * The text of `--help`.
 */
import { commands, generalOptions, type Command, type CommandName } from './commands.js';
import { describeOptions, type DescribedOption } from './describe-options.js';

/** Examples as a person would type them, and what they do. */
export const examples = [
  ['sender-survey /var/log/maillog', 'Survey the senders of a mail log'],
  ['cat addresses | sender-survey --csv out.csv', 'Survey a list'],
  ["sender-survey extract '/var/log/mail.log*' | sender-survey -", 'In two steps'],
] as const;

/** What the exit codes mean. */
export const exitCodesText =
  '0 done, 1 unreadable input or output, 2 wrong usage, 3 stopped for safety, 130 interrupted.';

/** What the program does, in a sentence. */
export const purpose = 'Asks the mail servers of the senders in your mail logs whether they exist.';

/** The help of one command, or, where it is null, of the program, whose options are those of `survey`. */
export function renderHelp(name: CommandName | null, columns: number): string {
  const command: Command = commands[name ?? 'survey'];
  const { operand } = command;
  const usage = name === null ? '[survey] [input..]' : command.usage;
  const operands = operand === null ? [] : [{ names: operand.name, text: operand.describe }];
  const sections = [
    [`Usage: sender-survey ${usage} [options]`],
    [name === null ? purpose : `${command.describe}.`],
    ...(name === null ? [commandLines(columns)] : []),
    ...(operands.length > 0 ? [['Operands:', ...entries(operands, columns)]] : []),
    ...describeOptions({ ...command.options, ...generalOptions }).map(({ title, options }) => [
      title,
      ...entries(options, columns),
    ]),
    ...(name === null ? [['Examples:', ...examples.flatMap(([line, does]) => [`  ${line}`, `      ${does}`])]] : []),
    wrap(`Every option can be set by SENDER_SURVEY_… in the environment, too. Exit codes: ${exitCodesText}`, columns),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function commandLines(columns: number): string[] {
  const list = Object.values(commands).map(({ usage, describe }) => ({ names: usage, text: describe }));
  return ['Commands:', ...entries(list, columns)];
}

/** Columns of the names; a longer name stands on a line of its own. */
const nameColumns = 28;

function entries(list: readonly DescribedOption[], columns: number): string[] {
  return list.flatMap(({ names, text }) => {
    const lines = wrap(text, columns - nameColumns);
    const label = `  ${names}`;
    const [first = '', ...rest] = label.length > nameColumns - 2 ? ['', ...lines] : lines;
    const indented = rest.map((line) => ' '.repeat(nameColumns) + line);
    return [first === '' ? label : label.padEnd(nameColumns) + first, ...indented];
  });
}

/** The text in lines of at most so many columns. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
