import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { viewOf } from '../logs/find-bytes.js';
import { LinePrinter } from './line-printer.js';

function printing(): {
  readonly written: string[];
  readonly printer: LinePrinter;
  readonly print: (line: string) => void;
} {
  const written: string[] = [];
  const output = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      written.push(piece.toString());
      done();
    },
  });
  const printer = new LinePrinter(output);
  const print = (line: string): void => {
    const bytes = viewOf(Buffer.from(`<${line}>`));
    printer.print(bytes, 1, bytes.byteLength - 1);
  };
  return { written, printer, print };
}

test('a line goes out as soon as its turn is over', async () => {
  const { written, print } = printing();
  print('a@b.example');
  print('jörg@b.example');
  expect(written).toEqual([]);
  await new Promise(setImmediate);
  expect(written).toEqual(['a@b.example\njörg@b.example\n']);
});

test('many lines, and long ones, go out whole and in order', () => {
  const { written, printer, print } = printing();
  const lines = Array.from({ length: 20_000 }, (_, i) => `sender-${i}@domain.example`);
  lines.splice(5000, 0, 'x'.repeat(65_535), 'y'.repeat(65_536), '');
  for (const line of lines) print(line);
  printer.flush();
  expect(written.length).toBeLessThan(20);
  expect(written.join('') === lines.map((line) => `${line}\n`).join('')).toBe(true);
});

test('a reader that is behind is waited for', async () => {
  let goOn = (): void => undefined;
  const output = new Writable({
    highWaterMark: 10,
    write: (_piece, _encoding, done) => {
      goOn = done;
    },
  });
  const printer = new LinePrinter(output);
  printer.print(viewOf(Buffer.from('sender@domain.example')), 0, 21);
  expect(printer.caughtUp()).toBeNull();
  printer.flush();
  const caughtUp = printer.caughtUp();
  goOn();
  await caughtUp;
  expect(printer.caughtUp()).toBeNull();
});
