/**
 * Most messages come in from elsewhere, are taken up by qmgr and removed within one block. What the lines of such a message say
 * together is told here, in one record; JavaScript need not keep it in mind from line to line. A table of the block's messages is
 * kept for that: id, and where the records of its first lines stand.
 */
import * as tape from './tape';

/** Entries: a power of two; a block with more messages than half of them has the rest told line by line. */
const entries = 2048;
const entryBytes = 16;
const recordAt = 8;
const queuedAt = 12;
/** Bytes of a table. log-scanner.ts leaves room for it. */
const tableBytes = entries * entryBytes;

let table: i32 = 0;
let count: i32 = 0;
let isOff: bool = false;

/** Begins a block with an empty table at that place. */
export function begin(at: i32): void {
  table = at;
  count = 0;
  isOff = false;
  memory.fill(table, 0, tableBytes);
}

/** From now on everything is told line by line: a line asks about other messages, whatever block they are in. */
export function stop(): void {
  isOff = true;
}

/** A message came in from elsewhere; its record is about to be written. */
export function received(id: u64): void {
  if (isOff) return;
  const entry = find(id);
  if (load<u64>(entry) === 0) {
    if (count * 2 >= entries) return;
    count += 1;
    store<u64>(entry, id);
  }
  store<i32>(entry, tape.written(), recordAt);
  store<i32>(entry, 0, queuedAt);
}

/** The message is one that is not to be told here. */
export function forget(id: u64): void {
  const entry = find(id);
  if (load<u64>(entry) !== 0) store<i32>(entry, 0, recordAt);
}

/** Whether the message came in from elsewhere within this block, so that what else is told of it makes no difference. */
export function knows(id: u64): bool {
  return !isOff && load<i32>(find(id), recordAt) !== 0;
}

/** qmgr takes the message up, which `knows`; its record is about to be written. False where it did so before. */
export function queued(id: u64): bool {
  const entry = find(id);
  if (load<i32>(entry, queuedAt) !== 0) return false;
  store<i32>(entry, tape.written(), queuedAt);
  return true;
}

/** The message is removed: whether all is told of it with its record of the kind `settled`. */
export function removed(id: u64, settled: i32): bool {
  if (isOff) return false;
  const entry = find(id);
  const record = load<i32>(entry, recordAt);
  const taken = load<i32>(entry, queuedAt);
  store<i32>(entry, 0, recordAt);
  if (record === 0 || taken === 0) return false;
  tape.setKind(record, 0);
  tape.setKind(taken, settled);
  return true;
}

/** The entry of the message, or the free one where it belongs. No id is hashed to 0, nor does the table ever fill up. */
function find(id: u64): i32 {
  let slot = (<i32>id) & (entries - 1);
  while (load<u64>(table + slot * entryBytes) !== id && load<u64>(table + slot * entryBytes) !== 0) {
    slot = (slot + 1) & (entries - 1);
  }
  return table + slot * entryBytes;
}
