/**
 * `sender-survey extract`: the distinct senders, one a line in order of first appearance, as soon as they are found.
 */
import { openReports } from '../report/write-reports.js';
import type { CountedSender } from '../report/csv.js';
import { parseAddress } from '../senders/address.js';
import { collectSenders, type SenderCount } from '../senders/collect-senders.js';
import { checkWindow, chooseInputs, refuseRepeated } from './check-inputs.js';
import type { InputOptions, ReportOptions } from './options.js';
import { exitCodes } from './exit-codes.js';
import { LinePrinter } from './line-printer.js';
import { warn } from './warn.js';

/** Runs the command; gives the exit code. */
export async function extractCommand(
  inputs: readonly string[],
  options: InputOptions & Pick<ReportOptions, 'csv'>,
): Promise<number> {
  refuseRepeated(options, []);
  const { since, until } = checkWindow(options);
  const lines = options.csv === '-' ? null : new LinePrinter(process.stdout);
  const reports = openReports(['csv'], { csv: options.csv });
  const collected = await collectSenders(chooseInputs(inputs), {
    format: options.format,
    senders: options.senders,
    includeLocal: options['include-local'],
    minMessages: options['min-messages'],
    stopAfter: options.limit,
    since: since?.time,
    until: until?.time,
    stdin: process.stdin,
    now: Date.now(),
    warn,
    note: options.verbose ? warn : undefined,
    ...(lines && {
      onSender: (bytes: DataView, start: number, end: number) => lines.print(bytes, start, end),
      pause: () => lines.caughtUp(),
    }),
  });
  lines?.flush();
  if (options.csv !== undefined) {
    const { extractCsv } = await import('../report/csv.js');
    await reports.write('csv', extractCsv(withDomains(collected.senders())));
  }
  return exitCodes.done;
}

function* withDomains(senders: Iterable<SenderCount>): Generator<CountedSender> {
  for (const sender of senders) {
    const parsed = parseAddress(sender.address);
    yield { ...sender, domain: parsed.ok ? parsed.mailbox.domain : null };
  }
}
