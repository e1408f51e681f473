/**
 * What people are told when a survey was stopped for safety: what was seen, and what to do about it.
 */
import type { SafetyStop } from '../plan/safety-stops.js';

/** The message, several sentences. */
export function explainStop(stop: SafetyStop, statePath: string): string {
  const kept = statePath === 'none' ? '' : ' What is known so far is kept; the same command goes on from there.';
  return `stopped: ${stop.kind === 'no-connections' ? explainNoConnections(stop) : explainRefusals(stop)}${kept}`;
}

function explainNoConnections({ sites, events }: SafetyStop & { kind: 'no-connections' }): string {
  const seen = events.map(([event, times]) => `${event} at ${times}`).join(', ');
  return (
    `none of the ${sites} sites tried took a connection (${seen}), and nobody was called unreachable for it. ` +
    'Most likely this network or its provider blocks outgoing port 25. Run it on the host that sends your mail, ' +
    'or ask the provider to open the port. --force goes on all the same.'
  );
}

function explainRefusals({ sites, refusing, blockLists, ownAddresses }: SafetyStop & { kind: 'refused' }): string {
  const lists = blockLists.map(([name, times]) => `${name} (${times})`).join(', ');
  const named = lists === '' ? 'Their replies name no block list.' : `They name: ${lists}.`;
  const [own] = ownAddresses;
  const address = own === undefined ? 'the address asked from' : own;
  return (
    `${refusing} of the ${sites} sites that answered last refuse us rather than the senders asked about. ${named} ` +
    `See why ${address} is listed, have it removed, check its PTR record and --helo, or ask from another address ` +
    '(--source-address). --force goes on all the same.'
  );
}
