/**
 * Every output with a reader that closes at once (`| head -c 0`): the command ends well, with nothing lost in the state.
 */
import { Ground } from './ground.js';
import { runCommand } from './run-command.js';
import { unless, type Tried } from './tried.js';

const toReports = ['--csv', '--json', '--html', '--postfix-access'];
const reports = ['text', 'csv', 'json', 'html', 'prometheus', 'nagios', 'mrtg'];

/** Closes standard output early on every command and report. */
export async function closeOutputs(): Promise<Tried> {
  const ground = await Ground.open(50, 0);
  const { network, list } = ground;
  const survey = [
    'survey',
    list,
    '--state',
    'survey.db',
    ...network,
    '--site-rate',
    '0',
    '--force',
    '--progress',
    'never',
  ];
  const commands = [
    survey,
    ...toReports.map((option) => [...survey, option, '-']),
    [...survey, '--dry-run'],
    ...reports.map((output) => ['report', 'survey.db', '--output', output]),
    ['extract', list],
    ['extract', list, '--csv', '-'],
    ['probe', ...network, 'ann@d0.example', 'bob@d1.example'],
    ['completion', 'bash'],
    ['--help'],
    ['--version'],
  ];
  const faults: string[] = [];
  try {
    for (const command of commands) {
      const started: Parameters<typeof runCommand>[1]['started'] = (child) => void child.stdout?.destroy();
      const outcome = await runCommand(command, { cwd: ground.folder, started });
      faults.push(...unless(`closed early: ${command.join(' ')}`, outcome, 0));
    }
    await runCommand(['report', 'survey.db', '--csv', 'out.csv', '--json', 'out.json'], { cwd: ground.folder });
    faults.push(...(await ground.faults()));
    const counts = { faults: commands.length, senders: ground.expected.size };
    return { did: `standard output closed at once on ${commands.length} commands and reports`, counts, faults };
  } finally {
    await ground.close();
  }
}
