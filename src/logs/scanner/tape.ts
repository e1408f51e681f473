/**
 * What is found, written down for JavaScript: after a head of 16 words one record of 16 words for each line that says something,
 * in the order of the lines. scan-tape.ts reads it, and has the words' names too.
 */
import { hashAddress } from './hash';
import * as line from './line';
import { readTime, hourKey, intoHour, zoneOffset } from './time-stamp';

const recordBytes = 64;

/** Where the next record goes. */
let next: i32 = 0;
let first: i32 = 0;
/** Whether lines that say nothing came after the last record. */
let afterOthers: bool = false;

/** Begins a tape. */
export function begin(at: i32): void {
  first = at + recordBytes;
  next = first;
  afterOthers = false;
}

/** Ends the tape: writes its head. */
export function finish(lines: i32): void {
  const head = first - recordBytes;
  store<i32>(head, lines);
  store<i32>(head, (next - first) / recordBytes, 4);
  store<i32>(head, afterOthers, 8);
}

/** Where the next record will stand: it tells whether something was written. */
export function written(): i32 {
  return next;
}

/** Makes a record that was written one of another kind. */
export function setKind(record: i32, kind: i32): void {
  store<i32>(record, kind);
}

/** A line came that says nothing. */
export function skip(): void {
  afterOthers = true;
}

/** Adds what a line says of the message with that id (hashed with its host), with the text at [start, end). */
export function write(kind: i32, id: u64, other: u64, host: u64, start: i32, end: i32): void {
  const at = next;
  store<u64>(at, id, 8);
  store<u64>(at, other, 16);
  store<u64>(at, host, 24);
  store<i32>(at, start, 32);
  store<i32>(at, end, 36);
  store<u32>(at, hashAddress(start, end), 60);
  addRecord(kind);
}

/** Adds a line for JavaScript to read: its parts, as far as it has a header. */
export function writeLine(kind: i32): void {
  const at = next;
  store<i32>(at, line.start, 8);
  store<i32>(at, line.end, 12);
  store<i32>(at, line.tag, 16);
  store<i32>(at, line.idStart, 20);
  store<i32>(at, line.idEnd, 24);
  store<i32>(at, line.text, 28);
  store<i32>(at, line.hostStart, 32);
  store<i32>(at, line.hostEnd, 36);
  addRecord(kind);
}

/** What all records have: kind, what came before, times, and the time. */
function addRecord(kind: i32): void {
  const at = next;
  readTime();
  store<i32>(at, kind);
  store<i32>(at, afterOthers, 4);
  store<i32>(at, line.times, 40);
  store<i32>(at, line.stamp, 44);
  store<i32>(at, hourKey, 48);
  store<i32>(at, intoHour, 52);
  store<i32>(at, zoneOffset, 56);
  next = at + recordBytes;
  afterOthers = false;
}
