/**
 * One line of a log kept by syslog: header, queue id and text, found by position and never decoded.
 *
 * Known headers: RFC 3164 (`Nov 23 09:31:07 mx postfix/qmgr[1]: `, also as Solaris and the BSDs vary it), the same with an
 * RFC 3339 stamp (RSYSLOG_FileFormat, journalctl -o short-iso), and RFC 5424. The daemon's name is not looked at: rsyslog
 * cuts `postfix/qmgr` to `postfix` in RFC 5424 lines. Queue ids of different hosts differ by the host's name.
 */
import { byteAt, bytesOf, findByte, matches, matchesOne, numberAt } from './find-bytes.js';
import { TwinHash } from './hash-bytes.js';
import type { LogClock } from './log-clock.js';

const space = 0x20;
const colon = 0x3a;
const dash = 0x2d;
const newest = 0x31;
/** Queue ids are words of 6 letters and digits (oldest Postfix) to some 20. */
const shortestQueueId = 5;
const longestQueueId = 32;
/** `Nov 23 09:31:07 `, and the same with a day of one digit that is not padded. */
const yearlessLength = 16;
const shortYearlessLength = 15;
const repeatedText = bytesOf('message repeated ');
const repeatedTimes = bytesOf(' times: [ ');
const solarisId = bytesOf('[ID ');
const forwardedFrom = bytesOf('Message forwarded from ');
/** A line break at the end that a program sent and syslog escaped. */
const escapedBreaks = ['#012', '#015'].map(bytesOf);
const escapeLength = 4;
const plus = 0x2b;
const byteOrderMark = bytesOf('\u00EF\u00BB\u00BF');

/** 1 for the bytes that queue ids are made of: letters and digits come at random, which makes ranges slow to test. */
const idBytes = new Uint8Array(256);
for (const byte of bytesOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')) idBytes[byte] = 1;

/** What no syslog would hold back. */
const mostRepetitions = 1_000_000;

/** Kinds of time stamps. */
const noStamp = 0;
const yearlessStamp = 1;
const isoStamp = 2;

/** The line being read. One object is used for all lines of a log; its fields hold until the next `read`. */
export class LogLine {
  bytes: DataView = new DataView(new ArrayBuffer(0));
  /** Where the line ends. */
  end = 0;
  /** Where the queue id begins, if there is one, else the text. */
  idStart = 0;
  /** Where the queue id ends; equal to `idStart` where there is none. */
  idEnd = 0;
  /** Where the text after the queue id begins. */
  text = 0;
  /** Where the name of the daemon begins, as far as it is known: it tells whose line this is, but may be cut or changed. */
  tag = 0;
  /** How often the line stands for itself: rsyslog's `message repeated 2 times: [ ... ]`. */
  times = 1;
  /** Set by `hashId`: the two halves of the hashes of host and queue id, added bit by bit (XOR), and of the host alone. */
  idHigh = 0;
  idLow = 0;
  hostHigh = 0;
  hostLow = 0;

  /** Which kind of time stamp the line has, for `restore`. */
  stamp = noStamp;
  stampStart = 0;
  stampEnd = 0;

  readonly #clock: LogClock;
  readonly #hash = new TwinHash();
  #hostStart = 0;
  #hostEnd = 0;

  constructor(clock: LogClock) {
    this.#clock = clock;
  }

  /** Takes the line at [start, end) apart; false where it has no header with a text after it. */
  read(bytes: DataView, start: number, end: number): boolean {
    this.bytes = bytes;
    this.stamp = noStamp;
    this.end = end > start && bytes.getUint8(end - 1) === 0x0d ? end - 1 : end;
    while (this.end - start > escapeLength && bytes.getUint8(this.end - escapeLength) === 0x23) {
      if (!matchesOne(bytes, this.end - escapeLength, this.end, escapedBreaks)) break;
      this.end -= escapeLength;
    }
    const text = this.#readHeader(start);
    if (text < 0 || text >= this.end) return false;
    this.#readText(text);
    return true;
  }

  /** Puts back as much of a line that was read before as tells when it was written. */
  restore(bytes: DataView, stamp: number, stampStart: number, stampEnd: number): void {
    this.bytes = bytes;
    this.stamp = stamp;
    this.stampStart = stampStart;
    this.stampEnd = stampEnd;
  }

  /** When the line was written: seconds since 1970 UTC, 0 where it does not say. */
  seconds(): number {
    if (this.stamp === noStamp) return 0;
    if (this.stamp === isoStamp) return this.#clock.fromIso(this.bytes, this.stampStart, this.stampEnd);
    return this.#clock.fromYearless(this.bytes, this.stampStart, this.stampEnd - 8);
  }

  /** Hashes host and queue id, or another id of the same host, into `idHigh` and `idLow`. */
  hashId(start = this.idStart, end = this.idEnd): void {
    this.#hashHost();
    this.#hash.hash(this.bytes, start, end);
    this.idHigh = this.#hash.high ^ this.hostHigh;
    this.idLow = this.#hash.low ^ this.hostLow;
  }

  #hashHost(): void {
    this.#hash.hash(this.bytes, this.#hostStart, this.#hostEnd);
    // Turned, so that a host and an id of one text do not cancel each other out.
    this.hostHigh = (this.#hash.high << 1) | (this.#hash.high >>> 31);
    this.hostLow = (this.#hash.low << 1) | (this.#hash.low >>> 31);
  }

  /** Finds stamp and host; gives where the text begins, or -1. */
  #readHeader(start: number): number {
    const { bytes, end } = this;
    if (end - start < yearlessLength) return -1;
    let at = start;
    if (bytes.getUint8(at) === 0x3c) {
      at = findByte(bytes, at, at + 5, 0x3e) + 1;
      if (at === 0 || end - at < yearlessLength) return -1;
      const isNew = bytes.getUint8(at) === newest && bytes.getUint8(at + 1) === space;
      if (isNew) return this.#readStructuredHeader(at + 2);
    }
    this.#readStamp(at);
    this.#readHost();
    for (let i = this.tag - 1; ; i++) {
      i = findByte(bytes, i, end - 1, colon);
      if (i < 0) return -1;
      if (bytes.getUint8(i + 1) === space) return i + 2;
    }
  }

  /** The stamp and the blank after it, at least `yearlessLength` bytes before the end. */
  #readStamp(at: number): void {
    const { bytes } = this;
    this.stampStart = at;
    this.stampEnd = at;
    this.stamp = noStamp;
    if (bytes.getUint8(at + 3) === space && bytes.getUint8(at + 6) === space && bytes.getUint8(at + 12) === colon) {
      this.stamp = yearlessStamp;
      this.stampEnd = at + yearlessLength - 1;
    } else if (bytes.getUint8(at + 4) === dash && bytes.getUint8(at + 10) === 0x54) {
      this.stamp = isoStamp;
      this.stampEnd = Math.max(at, findByte(bytes, at, this.end, space));
    } else if (bytes.getUint8(at + 3) === space && bytes.getUint8(at + 11) === colon) {
      this.stamp = yearlessStamp;
      this.stampEnd = at + shortYearlessLength - 1;
    } else if (
      bytes.getUint8(at + 4) === dash &&
      bytes.getUint8(at + 10) === space &&
      bytes.getUint8(at + 13) === colon
    ) {
      this.stamp = isoStamp;
      this.stampEnd = Math.max(at, this.#spacedStampEnd(at));
    }
  }

  /** `2026-11-23 09:31:07.5 +0100`: where it ends, or -1. */
  #spacedStampEnd(at: number): number {
    const { bytes, end } = this;
    const timeEnd = findByte(bytes, at + 11, end, space);
    const next = timeEnd < 0 ? 0 : byteAt(bytes, timeEnd + 1);
    return next === plus || next === dash ? findByte(bytes, timeEnd + 1, end, space) : timeEnd;
  }

  /** The word after the stamp, past the facility that BSD puts before it, is the host, unless it is the tag already. */
  #readHost(): void {
    const { bytes, end } = this;
    this.#hostStart = this.stampEnd;
    this.#hostEnd = this.stampEnd;
    this.tag = this.stampEnd + 1;
    if (this.stamp === noStamp || this.stampEnd + 1 >= end) return;
    // A fraction of a second may stand between.
    let wordStart = this.stampEnd + 1;
    if (bytes.getUint8(this.stampEnd) !== space) wordStart = findByte(bytes, wordStart, end, space) + 1;
    if (bytes.getUint8(wordStart) === 0x3c) wordStart = findByte(bytes, wordStart, end, space) + 1;
    const hostEnd = findByte(bytes, wordStart, end, space);
    if (wordStart === 0 || hostEnd <= wordStart || bytes.getUint8(hostEnd - 1) === colon) return;
    this.#hostStart = wordStart;
    this.#hostEnd = hostEnd;
    this.tag = hostEnd + 1;
    if (byteAt(bytes, this.tag) === 0x4d && matches(bytes, this.tag, end, forwardedFrom)) this.#readOriginalHost();
  }

  /** AIX: `Message forwarded from mx2: sendmail[1]: `. */
  #readOriginalHost(): void {
    const start = this.tag + forwardedFrom.length;
    const end = findByte(this.bytes, start, this.end, colon);
    if (end < 0) return;
    this.#hostStart = start;
    this.#hostEnd = end;
    this.tag = end + 2;
  }

  /** RFC 5424 section 6: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]. */
  #readStructuredHeader(at: number): number {
    const { bytes, end } = this;
    this.stamp = bytes.getUint8(at) === dash ? noStamp : isoStamp;
    this.stampStart = at;
    this.stampEnd = findByte(bytes, at, end, space);
    if (this.stampEnd < 0) return -1;
    this.#hostStart = this.stampEnd + 1;
    this.#hostEnd = findByte(bytes, this.#hostStart, end, space);
    this.tag = this.#hostEnd + 1;
    let next = this.#hostEnd;
    for (let field = 0; field < 3 && next > 0; field++) next = findByte(bytes, next + 1, end, space);
    if (next < 0) return -1;
    let text = this.#skipStructuredData(next + 1);
    while (text < end && bytes.getUint8(text) === space) text++;
    return matches(bytes, text, end, byteOrderMark) ? text + byteOrderMark.length : text;
  }

  #skipStructuredData(at: number): number {
    const { bytes, end } = this;
    let [inside, quoted] = [false, false];
    let i = at;
    for (; i < end; i++) {
      const byte = bytes.getUint8(i);
      if (byte === space && !inside) break;
      if (byte === 0x5c && quoted) i++;
      else if (byte === 0x22 && inside) quoted = !quoted;
      else if (byte === 0x5b || byte === 0x5d) inside = quoted || byte === 0x5b;
    }
    return i + 1;
  }

  /** Past what syslog put before the text, finds the queue id: letters and digits before `: `. */
  #readText(at: number): void {
    const { bytes, end } = this;
    const first = bytes.getUint8(at);
    let start = at;
    this.times = 1;
    if (first === 0x5b && matches(bytes, at, end, solarisId)) start = this.#skipSolarisId(at);
    else if (first === 0x6d && matches(bytes, at, end, repeatedText)) start = this.#readRepetition(at);
    const limit = Math.min(end - 2, start + longestQueueId + 1);
    const idEnd = wordEnd(bytes, start, limit);
    const isWord = idEnd >= start + shortestQueueId && idEnd < limit;
    const found = isWord && bytes.getUint8(idEnd) === colon && bytes.getUint8(idEnd + 1) === space;
    this.idStart = start;
    this.idEnd = found ? idEnd : start;
    this.text = found ? idEnd + 2 : start;
  }

  #skipSolarisId(at: number): number {
    const close = findByte(this.bytes, at, this.end, 0x5d);
    return close < 0 || close + 2 > this.end ? at : close + 2;
  }

  #readRepetition(start: number): number {
    const { bytes, end } = this;
    const numberStart = start + repeatedText.length;
    const numberEnd = findByte(bytes, numberStart, end, space);
    if (numberEnd < 0 || !matches(bytes, numberEnd, end, repeatedTimes)) return start;
    this.times = Math.min(mostRepetitions, Math.max(1, numberAt(bytes, numberStart, numberEnd)));
    return numberEnd + repeatedTimes.length;
  }
}

/** Where the letters and digits that begin at `start` end, at `end` at the latest. */
function wordEnd(bytes: DataView, start: number, end: number): number {
  let at = start;
  while (at < end && idBytes[bytes.getUint8(at)] === 1) at += 1;
  return at;
}
