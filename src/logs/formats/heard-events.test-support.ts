/**
 * What a format tells of a log, as words: for the tests of formats.
 */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { sliceOf, viewOf } from '../find-bytes.js';
import { LiveMessages } from '../live-messages.js';
import { LogClock } from '../log-clock.js';
import type { MailEvents } from '../mail-events.js';
import { createScanMemory } from '../log-scanner.js';
import { MailLogReader } from '../mail-log.js';
import { LineSplitter } from '../split-lines.js';
import type { BlockFeeder } from '../threads/read-in-blocks.js';
import { createFeeder } from '../threads/read-large-log.js';
import type { MailLogFormat, ParserContext, WholeFormat } from './format.js';

const mostCutOff = 100;

type AnyFormat = MailLogFormat | WholeFormat;

/** What the format tells, as `word address`; the null reverse-path is an empty address. */
export function eventsOf(format: AnyFormat, log: Buffer | string, chunkLength = 0, withTimes = false): string[] {
  const bytes = Buffer.from(log);
  const heard: string[] = [];
  const splitter = splitterOf(format, { events: listener(heard, withTimes), live: new LiveMessages() });
  const step = chunkLength || bytes.length || 1;
  for (let at = 0; at < bytes.length; at += step) splitter.push(bytes.subarray(at, at + step));
  splitter.end();
  return heard;
}

/** The same with the time of each event behind it, where it has one. */
export function timedEventsOf(format: AnyFormat, log: string): string[] {
  return eventsOf(format, log, 0, true);
}

const memory = createScanMemory();

function splitterOf(format: AnyFormat, context: ParserContext): LineSplitter | BlockFeeder {
  const clock = new LogClock({ start: null, end: Date.UTC(2026, 11, 1) });
  if ('createReader' in format) return new LineSplitter(format.createReader(context.events, context.live, clock));
  return createFeeder(new MailLogReader([format], context, clock), memory, null);
}

function listener(heard: string[], withTimes: boolean): MailEvents {
  const hear =
    (word: string) =>
    (bytes: DataView, start: number, end: number, seconds?: unknown): void => {
      const time = withTimes && typeof seconds === 'number' ? ` ${new Date(seconds * 1000).toISOString()}` : '';
      heard.push(`${word} ${sliceOf(bytes, start, end).toString()}${time}`);
    };
  return {
    accepted: hear('accepted'),
    submitted: hear('submitted'),
    corresponded: hear('corresponded'),
    rejected: hear('rejected'),
    counted: hear('counted'),
    malformed: () => void heard.push('malformed'),
    originUnknown: () => void heard.push('origin-unknown'),
  };
}

/** A log of fixtures/logs. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/logs/${name}`, import.meta.url));
}

/** How often each event is told, as `3 accepted a@b`. */
export function counted(events: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(event, (counts.get(event) ?? 0) + 1);
  return [...counts].map(([event, count]) => `${count} ${event}`);
}

/**
 * Throws where an input makes the format throw or tell an address that is not in it, once `plain` has taken the escapes out of
 * both, and where it makes a difference how the bytes are cut into chunks. Inputs are lines of `log`, whole or with some part
 * cut out and one of `pieces` or random text put in its place.
 */
export function assertSound(
  format: AnyFormat,
  log: Buffer | string,
  pieces: readonly string[],
  plain: (text: string) => string = (text) => text,
): void {
  readCutOff(format, log.toString().split('\n'));
  let told = 0;
  fc.assert(
    fc.property(damaged(log.toString().split('\n'), pieces), fc.integer({ min: 1, max: 50 }), (input, chunkLength) => {
      const events = eventsOf(format, input);
      expect(eventsOf(format, input, chunkLength)).toEqual(events);
      told += events.length;
      const text = plain(Buffer.from(input).toString());
      for (const event of events) expect(text).toContain(plain(event.slice(event.indexOf(' ') + 1 || event.length)));
    }),
    { numRuns: 150 },
  );
  expect(told).toBeGreaterThan(20);
}

/** Reads the first lines, each cut off after every byte: with nothing in memory behind it, or with what must not be looked at. */
function readCutOff(format: AnyFormat, lines: readonly string[]): void {
  for (const line of lines.slice(0, mostCutOff)) {
    const bytes = Buffer.from(line);
    for (let length = bytes.length; length > 0; length--) {
      if ('createReader' in format) readAlone(format, bytes.subarray(0, length));
      else {
        const cutOff = bytes.toString('latin1', 0, length);
        expect(eventsOf(format, Buffer.from(`${cutOff}\n>, size=1, nrcpt=1, stat=Sent`, 'latin1'))).toEqual(
          eventsOf(format, Buffer.from(cutOff, 'latin1')),
        );
      }
    }
  }
}

function readAlone(format: WholeFormat, line: Buffer): void {
  const clock = new LogClock({ start: null, end: Date.UTC(2026, 11, 1) });
  format
    .createReader(listener([], true), new LiveMessages(), clock)
    .line(viewOf(Uint8Array.from(line)), 0, line.length);
}

/** Some lines that follow each other, some of them damaged. */
function damaged(lines: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const inserted = fc.oneof(
    fc.constantFrom(...pieces, '\n', '\r\n', ' ', '"', '\\', '<', '>', ',', 'a@b.example', ''),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const damage = fc.record({
    line: fc.nat(40),
    at: fc.nat(250),
    length: fc.oneof(fc.nat(20), fc.constant(1000)),
    piece: inserted,
  });
  return fc
    .record({ first: fc.nat(lines.length - 1), count: fc.nat(20), damages: fc.array(damage, { maxLength: 10 }) })
    .map(({ first, count, damages }) => {
      const chosen = lines.slice(first, first + count);
      for (const { line, at, length, piece } of damages) {
        const text = chosen[line];
        if (text !== undefined) chosen[line] = text.slice(0, at) + piece + text.slice(at + length);
      }
      return chosen.map((text) => `${text}\n`).join('');
    });
}
