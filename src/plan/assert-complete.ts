/** What a report owes to the batch that it is of. */
import type { Batch, BatchReport } from './batch.js';

/** Every recipient must be accounted for once, and where the server took no part there is no result. Throws else. */
export function assertComplete(batch: Batch, { results, unasked, moveOn }: BatchReport): void {
  const told = new Set([...results.map(({ recipient }) => recipient), ...unasked]);
  const number = results.length + unasked.length;
  if (number !== batch.recipients.length || !batch.recipients.every((recipient) => told.has(recipient))) {
    throw new Error('a report does not account for each recipient of its batch once');
  }
  if (moveOn !== null && results.length > 0) throw new Error('a report has results, and a reason to move on');
}
