/**
 * The list of those we want mail from, as a postmaster would keep it: addresses, and domains where all senders are meant.
 */
import type { SurveySender } from '../survey-2005.js';

/** One address or domain a line: every other sender that is alone in its domain stands as a domain. */
export function wantedFileOf(senders: readonly SurveySender[]): string {
  const wanted = senders.filter((sender) => sender.wanted);
  const lines = wanted.map(({ address, alone }, index) =>
    alone && index % 2 === 0 ? address.slice(address.lastIndexOf('@') + 1) : address,
  );
  return ['# Customers, suppliers and friends of corp.example', ...lines].join('\n') + '\n';
}
