/**
 * The command line: its commands, its help, and what each kind of failure means for the exit code.
 */
import { readFileSync } from 'node:fs';
import { debuglog } from 'node:util';
import leven from 'leven';
import yargs, { type Argv } from 'yargs';
import { inputOptions, probeOptions, reportCommandOptions, reportOptions, surveyOptions } from './options.js';
import { exitCodes } from './exit-codes.js';
import type { Interrupt } from './interrupt.js';
import { UsageError } from './usage-error.js';

/** Names of the errors whose message is meant for the user; anything else is a bug of ours. */
const expectedErrors = new Set(['InputError', 'OutputError', 'StateError', 'SettingError']);

/** Runs one command line to its end. Gives the exit code; never throws. */
export async function runCommandLine(args: readonly string[], interrupt: Interrupt): Promise<number> {
  let exitCode: number = exitCodes.done;
  const cli = describeCommands(interrupt, (code) => (exitCode = code));
  try {
    await cli.parseAsync([...args]);
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

function describeCommands(interrupt: Interrupt, done: (exitCode: number) => void): Argv {
  const cli = yargs();
  return cli
    .scriptName('sender-survey')
    .usage('Usage: $0 [survey] [input..]\n\nAsks the mail servers of the senders in your mail logs whether they exist.')
    .command(
      ['survey [input..]', '$0'],
      'Read inputs, ask about every sender, report (the main job)',
      (y) => inputs(y).options(surveyOptions).group(['help', 'version', 'config'], 'General:'),
      async (argv) =>
        done(await (await import('./survey-command.js')).surveyCommand(argv.input ?? [], argv, interrupt)),
    )
    .command(
      'extract [input..]',
      'Print the distinct senders in the inputs; asks nobody',
      (y) => inputs(y).options({ ...inputOptions, csv: reportOptions.csv }),
      async (argv) => done(await (await import('./extract-command.js')).extractCommand(argv.input ?? [], argv)),
    )
    .command(
      'probe <address..>',
      'Ask about addresses now and show the whole conversation',
      (y) =>
        y
          .positional('address', { type: 'string', array: true, demandOption: true, describe: 'Sender addresses' })
          .options(probeOptions),
      async (argv) => done(await (await import('./probe-command.js')).probeCommand(argv.address, argv, interrupt)),
    )
    .command(
      'report [state]',
      'Print totals and write reports again from a state file; asks nobody',
      (y) =>
        y
          .positional('state', { type: 'string', default: surveyOptions.state.default, describe: 'State file' })
          .options(reportCommandOptions),
      async (argv) => done(await (await import('./report-command.js')).reportCommand(argv.state, argv)),
    )
    .command('completion', 'Print a completion script for bash or zsh', {}, () => {
      cli.showCompletionScript();
    })
    .example('$0 /var/log/maillog', 'Survey the senders of a mail log')
    .example('cat addresses | $0 --csv out.csv', 'Survey a list')
    .example("$0 extract '/var/log/mail.log*' | $0 -", 'In two steps')
    .epilogue('Exit codes: 0 done, 1 unreadable input or output, 2 wrong usage, 3 stopped for safety, 130 interrupted.')
    .env('SENDER_SURVEY')
    .config('config', 'JSON file of options', readConfig)
    .parserConfiguration({ 'boolean-negation': true, 'strip-aliased': true, 'strip-dashed': false })
    .strict()
    .recommendCommands()
    .wrap(Math.min(100, process.stdout.columns ?? 80))
    .help()
    .alias('help', 'h')
    .version(ownVersion())
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // YError is what yargs makes of everything wrong with the command line, refused values included.
      throw error === undefined || error.name === 'YError' ? new UsageError(suggest(message ?? '')) : error;
    });
}

function inputs<T>(y: Argv<T>) {
  return y.positional('input', {
    type: 'string',
    array: true,
    describe: 'Mail logs or address lists; - is standard input',
  });
}

/** Adds the nearest option's name to yargs' complaint about an unknown one. */
function suggest(message: string): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const names = Object.keys({ ...surveyOptions, help: 0, version: 0, config: 0 });
  const nearest = names.toSorted((a, b) => leven(a, unknown) - leven(b, unknown))[0];
  const meant = nearest !== undefined && leven(nearest, unknown) <= 3 ? `; did you mean --${nearest}?` : '';
  return `Unknown option: --${unknown}${meant}`;
}

function readConfig(path: string): object {
  try {
    const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  } catch (error) {
    throw new UsageError(`--config ${path}: ${(error as Error).message}`);
  }
  throw new UsageError(`--config ${path}: not a JSON object of options`);
}

function ownVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`sender-survey: ${error.message}\nTry: sender-survey --help\n`);
    return exitCodes.usage;
  }
  if (error instanceof Error && expectedErrors.has(error.name)) {
    process.stderr.write(`sender-survey: ${error.message}\n`);
    return exitCodes.inputOutput;
  }
  const what = error instanceof Error ? error.message : String(error);
  process.stderr.write(`sender-survey: a fault in sender-survey itself: ${what}\n`);
  debuglog('sender-survey')('%o', error);
  return exitCodes.inputOutput;
}
