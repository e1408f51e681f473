/**
 * How many turns of the year a long log goes over, and where it ends: stamps without a year do not tell, but samples taken
 * all over the file do.
 */
import type { FileHandle } from 'node:fs/promises';
import { findStamp } from './first-stamp.js';

const samples = 32;
const sampleLength = 8192;
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const longestMonth = 31;
/** What goes back by fewer days is a line that came late. */
const disorder = 7;
const halfYear = 186;

/** Stamps without a year, from the beginning of a log to its end. */
export async function sampleStamps(file: FileHandle, size: number): Promise<string[]> {
  const buffer = Buffer.alloc(sampleLength);
  const last = Math.max(0, size - sampleLength);
  const stamps: string[] = [];
  for (let i = 0; i < samples; i++) {
    const at = Math.floor((last * i) / (samples - 1));
    const { bytesRead } = await file.read(buffer, 0, sampleLength, at);
    const text = buffer.toString('latin1', 0, bytesRead);
    const stamp = findStamp(at === 0 ? text : text.slice(text.indexOf('\n') + 1));
    if (stamp?.kind === 'yearless') stamps.push(stamp.text);
  }
  return stamps;
}

/** How often the year turns from the first to the last of these stamps. */
export function countYearTurns(stamps: readonly string[]): number {
  const days = stamps.map(dayOfYear).filter((day, i, all) => !isLateLine(day, all[i - 1], all[i + 1]));
  return days.filter((day, i) => i > 0 && day < days[i - 1]! - disorder).length;
}

/** A line of the old year among those of the new one. */
function isLateLine(day: number, before: number | undefined, after: number | undefined): boolean {
  return before !== undefined && after !== undefined && day - before > halfYear && day - after > halfYear;
}

/** About the day of the year; enough to tell what comes before what. */
function dayOfYear(stamp: string): number {
  return monthNames.indexOf(stamp.slice(0, 3)) * longestMonth + Number(stamp.slice(4, 6));
}
