/**
 * The man page, made from the same tables of commands and options as the help: man(7) macros, read by groff and mandoc.
 */
import { commands, generalOptions, type Command } from '../../src/cli/commands.js';
import { describeOptions, type DescribedOption, type OptionGroup } from '../../src/cli/describe-options.js';
import type { Option } from '../../src/cli/options.js';
import { examples, exitCodesText, purpose } from '../../src/cli/render-help.js';

/** The page for this version of the program. */
export function renderManPage(version: string): string {
  return [
    `.\\" Made by npm run man from the tables in src/cli; changes here are lost.`,
    `.TH SENDER\\-SURVEY 1 "" "sender\\-survey ${escape(version)}" "User Commands"`,
    '.SH NAME',
    `sender\\-survey \\- survey of the senders in mail logs`,
    '.SH SYNOPSIS',
    ...Object.values(commands).map(synopsis).join('\n.br\n').split('\n'),
    '.SH DESCRIPTION',
    escape(
      `${purpose} It connects to the mail exchangers of each sender and asks with RCPT whether they would take mail for it; no message is ever sent. The evidence for every verdict is kept in an SQLite database, and reported as text, CSV, JSON and HTML.`,
    ),
    '.PP',
    escape(
      'An input is a file, a pattern in quotes, a directory of rotated logs, or - for standard input: a mail log, a list of addresses, or what extract --csv wrote. Kinds of input are recognised by content, compressed or not.',
    ),
    '.SH COMMANDS',
    ...Object.values(commands).flatMap(({ usage, describe }) => entry({ names: usage, text: describe })),
    '.SH OPTIONS',
    'Those of',
    '.BR survey ,',
    'of which the other commands take some.',
    ...describeOptions({ ...commands.survey.options, ...generalOptions }).flatMap(section),
    ...Object.entries(commands).flatMap(([name, command]) => ownOptions(name, command)),
    '.SH ENVIRONMENT',
    ...entry({
      names: 'SENDER_SURVEY_…',
      text: 'Every option, such as SENDER_SURVEY_SITE_RATE=6. Options on the command line go before these, and these before the file of --config.',
    }),
    ...entry({ names: 'NO_COLOR, FORCE_COLOR', text: 'No colours, or colours also where the output is no terminal.' }),
    '.SH EXIT STATUS',
    escape(exitCodesText),
    escape('With report --output nagios: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.'),
    '.SH EXAMPLES',
    ...examples.flatMap(([line, does], index) => [
      ...(index > 0 ? ['.PP'] : []),
      `${escape(does)}:`,
      '.PP',
      '.nf',
      `\\&    ${literal(line)}`,
      '.fi',
    ]),
    '.SH SEE ALSO',
    '.BR postconf (5),',
    '.BR access (5),',
    '.BR sqlite3 (1)',
    '',
  ].join('\n');
}

function synopsis({ usage }: Command): string {
  return `.B sender\\-survey\n${literal(usage)} [\\fIoption\\fR...]`;
}

function section({ title, options }: OptionGroup): string[] {
  return [`.SS ${escape(title.replace(/:$/, ''))}`, ...options.flatMap(entry)];
}

/** The options of a command that the main one does not have. */
function ownOptions(name: string, command: Command): string[] {
  const own = Object.entries(command.options).filter(([option]) => !Object.hasOwn(commands.survey.options, option));
  if (own.length === 0) return [];
  const options = describeOptions(Object.fromEntries(own) as Record<string, Option>).flatMap((group) => group.options);
  return section({ title: `Of ${name} alone`, options });
}

function entry({ names, text }: DescribedOption): string[] {
  return ['.TP', `.B ${literal(names)}`, escape(text)];
}

/** What is typed: its hyphens are no typographic ones. */
function literal(text: string): string {
  return inert(text).replaceAll('-', '\\-');
}

/** Text, in which options can be copied. */
function escape(text: string): string {
  return inert(text).replace(/--(?=[a-z])/g, '\\-\\-');
}

/** Nothing in the text is a request or an escape. */
function inert(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('…', '...')
    .replace(/^(?=['.])/, '\\&');
}
