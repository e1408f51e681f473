/**
 * One line of a log kept by syslog: header, queue id and text, found by position and never decoded.
 *
 * Known headers: RFC 3164 (`Nov 23 09:31:07 mx postfix/qmgr[1]: `, also as Solaris and the BSDs vary it), the same with an
 * RFC 3339 stamp (RSYSLOG_FileFormat, journalctl -o short-iso), and RFC 5424. The daemon's name is not looked at: rsyslog
 * cuts `postfix/qmgr` to `postfix` in RFC 5424 lines. Queue ids of different hosts differ by the host's name.
 */
import { byteAt, findByte, matches, numberAt } from './bytes';
import { hashTwice } from './hash';

const space = 0x20;
const colon = 0x3a;
const dash = 0x2d;
const plus = 0x2b;
const carriageReturn = 0x0d;
/** Queue ids are words of 6 letters and digits (oldest Postfix) to some 20. */
const shortestQueueId = 5;
const longestQueueId = 32;
/** `Nov 23 09:31:07 `, and the same with a day of one digit that is not padded. */
const yearlessLength = 16;
const shortYearlessLength = 15;
/** A line break at the end that a program sent and syslog escaped: `#012`, `#015`. */
const escapeLength = 4;
/** What no syslog would hold back. */
const mostRepetitions = 1_000_000;

/** Kinds of time stamps. */
export const noStamp = 0;
const yearlessStamp = 1;
export const isoStamp = 2;

/** The line read last is at [start, end), without its line end. */
export let start: i32 = 0;
export let end: i32 = 0;
/** Where the queue id begins, if there is one, else the text. */
export let idStart: i32 = 0;
/** Where the queue id ends; equal to `idStart` where there is none. */
export let idEnd: i32 = 0;
/** Where the text after the queue id begins. */
export let text: i32 = 0;
/** Where the name of the daemon begins, as far as it is known: it tells whose line this is, but may be cut or changed. */
export let tag: i32 = 0;
/** How often the line stands for itself: rsyslog's `message repeated 2 times: [ ... ]`. */
export let times: i32 = 1;
/** Which kind of stamp it has, and where that stands. */
export let stamp: i32 = 0;
export let stampStart: i32 = 0;
export let stampEnd: i32 = 0;
export let hostStart: i32 = 0;
export let hostEnd: i32 = 0;

/** Takes the line at [from, to) apart; false where it has no header with a text after it. */
export function read(from: i32, to: i32): bool {
  start = from;
  stamp = noStamp;
  times = 1;
  end = to > from && load<u8>(to - 1) === carriageReturn ? to - 1 : to;
  while (end - from > escapeLength && endsWithEscapedBreak()) end -= escapeLength;
  const found = readHeader(from);
  if (found < 0 || found >= end) return false;
  readText(found);
  return true;
}

/** Host and queue id, or another id of the same host, hashed together. */
export function hashId(from: i32 = idStart, to: i32 = idEnd): u64 {
  return hashTwice(from, to) ^ hashHost();
}

/** Turned, so that a host and an id of one text do not cancel each other out. */
export function hashHost(): u64 {
  return rotl(hashTwice(hostStart, hostEnd), 1);
}

function endsWithEscapedBreak(): bool {
  const at = end - escapeLength;
  if (load<u8>(at) !== 0x23) return false;
  return matches(at, end, '#012') || matches(at, end, '#015');
}

/** Finds stamp and host; gives where the text begins, or -1. */
function readHeader(from: i32): i32 {
  if (end - from < yearlessLength) return -1;
  let at = from;
  if (load<u8>(at) === 0x3c) {
    at = findByte(at, at + 5, 0x3e) + 1;
    if (at === 0 || end - at < yearlessLength) return -1;
    if (load<u8>(at) === 0x31 && load<u8>(at + 1) === space) return readStructuredHeader(at + 2);
  }
  readStamp(at);
  readHost();
  for (let i = findByte(tag - 1, end - 1, colon); i >= 0; i = findByte(i + 1, end - 1, colon)) {
    if (load<u8>(i + 1) === space) return i + 2;
  }
  return -1;
}

/** The stamp and the blank after it, at least `yearlessLength` bytes before the end. */
function readStamp(at: i32): void {
  stampStart = at;
  stampEnd = at;
  if (load<u8>(at + 3) === space) {
    if (load<u8>(at + 6) === space && load<u8>(at + 12) === colon) foundStamp(yearlessStamp, at + yearlessLength - 1);
    else if (load<u8>(at + 11) === colon) foundStamp(yearlessStamp, at + shortYearlessLength - 1);
  } else if (load<u8>(at + 4) === dash) {
    if (load<u8>(at + 10) === 0x54) foundStamp(isoStamp, findByte(at, end, space));
    else if (load<u8>(at + 10) === space && load<u8>(at + 13) === colon) foundStamp(isoStamp, spacedStampEnd(at));
  }
}

function foundStamp(kind: i32, itsEnd: i32): void {
  stamp = kind;
  stampEnd = max(stampStart, itsEnd);
}

/** `2026-11-23 09:31:07.5 +0100`: where it ends, or -1. */
function spacedStampEnd(at: i32): i32 {
  const timeEnd = findByte(at + 11, end, space);
  const next = timeEnd < 0 ? 0 : byteAt(timeEnd + 1, end);
  return next === plus || next === dash ? findByte(timeEnd + 1, end, space) : timeEnd;
}

/** The word after the stamp, past the facility that BSD puts before it, is the host, unless it is the tag already. */
function readHost(): void {
  hostStart = stampEnd;
  hostEnd = stampEnd;
  tag = stampEnd + 1;
  if (stamp === noStamp || stampEnd + 1 >= end) return;
  // A fraction of a second may stand between.
  let wordStart = stampEnd + 1;
  if (load<u8>(stampEnd) !== space) wordStart = findByte(wordStart, end, space) + 1;
  if (byteAt(wordStart, end) === 0x3c) wordStart = findByte(wordStart, end, space) + 1;
  const wordEnd = findByte(wordStart, end, space);
  if (wordStart === 0 || wordEnd <= wordStart || load<u8>(wordEnd - 1) === colon) return;
  hostStart = wordStart;
  hostEnd = wordEnd;
  tag = wordEnd + 1;
  if (byteAt(tag, end) === 0x4d && matches(tag, end, 'Message forwarded from ')) readOriginalHost();
}

/** AIX: `Message forwarded from mx2: sendmail[1]: `. */
function readOriginalHost(): void {
  const nameStart = tag + 'Message forwarded from '.length;
  const nameEnd = findByte(nameStart, end, colon);
  if (nameEnd < 0) return;
  hostStart = nameStart;
  hostEnd = nameEnd;
  tag = nameEnd + 2;
}

/** RFC 5424 section 6: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]. */
function readStructuredHeader(at: i32): i32 {
  stampStart = at;
  stampEnd = findByte(at, end, space);
  if (stampEnd < 0) return -1;
  stamp = load<u8>(at) === dash ? noStamp : isoStamp;
  hostStart = stampEnd + 1;
  hostEnd = findByte(hostStart, end, space);
  tag = hostEnd + 1;
  let next = hostEnd;
  for (let field = 0; field < 3 && next > 0; field++) next = findByte(next + 1, end, space);
  if (next < 0) return -1;
  let at2 = pastStructuredData(next + 1);
  while (at2 < end && load<u8>(at2) === space) at2++;
  return matches(at2, end, '\u00EF\u00BB\u00BF') ? at2 + 3 : at2;
}

function pastStructuredData(at: i32): i32 {
  let inside = false;
  let quoted = false;
  let i = at;
  for (; i < end; i++) {
    const byte = load<u8>(i);
    if (byte === space && !inside) break;
    if (byte === 0x5c && quoted) i++;
    else if (byte === 0x22 && inside) quoted = !quoted;
    else if (byte === 0x5b || byte === 0x5d) inside = quoted || byte === 0x5b;
  }
  return i + 1;
}

/** Past what syslog put before the text, finds the queue id: letters and digits before `: `. */
function readText(at: i32): void {
  const first = load<u8>(at);
  idStart = at;
  if (first === 0x5b && matches(at, end, '[ID ')) idStart = pastSolarisId(at);
  else if (first === 0x6d && matches(at, end, 'message repeated ')) idStart = readRepetition(at);
  idEnd = idStart;
  text = idStart;
  const limit = min(end - 2, idStart + longestQueueId + 1);
  const wordEnd = idWordEnd(idStart, limit);
  if (wordEnd < idStart + shortestQueueId || wordEnd >= limit) return;
  if (load<u8>(wordEnd) !== colon || load<u8>(wordEnd + 1) !== space) return;
  idEnd = wordEnd;
  text = wordEnd + 2;
}

function pastSolarisId(at: i32): i32 {
  const close = findByte(at, end, 0x5d);
  return close < 0 || close + 2 > end ? at : close + 2;
}

function readRepetition(at: i32): i32 {
  const numberStart = at + 'message repeated '.length;
  const numberEnd = findByte(numberStart, end, space);
  if (numberEnd < 0 || !matches(numberEnd, end, ' times: [ ')) return at;
  times = min(mostRepetitions, max(1, numberAt(numberStart, numberEnd)));
  return numberEnd + ' times: [ '.length;
}

/** Where the letters and digits that begin at `from` end, at `limit` at the latest. */
function idWordEnd(from: i32, limit: i32): i32 {
  for (let at = from; at < limit; at += 16) {
    const bytes = v128.load(at);
    const letters = i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61));
    const digits = i8x16.sub(bytes, i8x16.splat(0x30));
    const isWord = v128.or(i8x16.lt_u(letters, i8x16.splat(26)), i8x16.lt_u(digits, i8x16.splat(10)));
    const others = ~i8x16.bitmask(isWord) & 0xffff;
    if (others !== 0) return min(at + ctz(others), limit);
  }
  return limit;
}
