import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SurveyInfo } from '../../store/survey-info.js';
import type { SurveyRow } from '../../store/survey-rows.js';
import { judge } from '../../verdict/judge.js';
import { eventOf, replyOf, rowOf, sampleRows, sampleTimes, surveyOf } from '../report.test-support.js';
import { summarise, type Judge } from '../summarise.js';
import { mostSenders, surveyHtml } from './page.js';

function pageOf(
  rows: readonly SurveyRow[],
  changes: Partial<SurveyInfo> = {},
  { by = judge, most = mostSenders }: { readonly by?: Judge; readonly most?: number } = {},
): string {
  const summary = summarise(rows, surveyOf(changes), sampleTimes, by);
  return [...surveyHtml(summary, () => rows, by, most)].join('');
}

/** What stands between two tags that occur once. */
function between(page: string, before: string, after: string): string {
  expect(page.split(before)).toHaveLength(2);
  return page.split(before)[1]?.split(after)[0] ?? '';
}

const scriptStart = '<script type="module">';

test('the page of the sample', async () => {
  const page = pageOf(sampleRows, { complete: false })
    .replace(/(<style>).*?(<\/style>)/s, '$1$2')
    .replace(/(<script type="module">).*?(<\/script>)/s, '$1$2')
    .replaceAll(/sha256-[\w+/=]+/g, 'sha256-…');
  await expect(page).toMatchFileSnapshot('../../../fixtures/report/sample.html');
});

test('only its own style and its own script are allowed, by hash, and nothing else at all', () => {
  const page = pageOf(sampleRows);
  const hash = (text: string): string => `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`;
  const policy = between(page, '<meta http-equiv="Content-Security-Policy" content="', '">').split('; ');
  expect(policy).toContain('default-src &#39;none&#39;');
  expect(policy).toContain(`style-src ${hash(between(page, '<style>', '</style>'))}`);
  expect(policy).toContain(`script-src ${hash(between(page, scriptStart, '</script>'))}`);
  expect(policy.filter((directive) => /http|unsafe|\*|self/.test(directive))).toEqual([]);
  expect(page.match(/<[^>]* (style|on\w+)=|https?:/)).toBeNull();
});

test('nothing is read before the first piece is asked for', () => {
  const summary = summarise(sampleRows, surveyOf(), sampleTimes, judge);
  const unreadable = (): never => {
    throw new RangeError('read');
  };
  const pieces = surveyHtml(summary, unreadable, judge);
  expect(() => pieces.next()).toThrow(RangeError);
});

describe('hostile texts', () => {
  /** Judges by the code alone, so that no word changes what the page consists of. */
  const byCode: Judge = ({ replyCode }) =>
    replyCode === 250
      ? { verdict: 'accepted', reason: 'ok', rule: '' }
      : { verdict: 'rejected', reason: 'unspecified', rule: '' };

  function pageSaying(text: string): string {
    const evidence = replyOf(550, { replyText: text, enhancedCode: text, mxHost: text, site: text });
    const rows = [
      rowOf(text, evidence, { wanted: true }),
      rowOf(text, replyOf(250, { replyText: text, mxHost: null, mxAddress: text, site: text })),
    ];
    return pageOf(rows, { sample: { size: 2, population: 9, seed: text } }, { by: byCode });
  }

  const tagsOf = (page: string): string[] => page.match(/<[^<>]*>/g) ?? [];
  const harmless = pageSaying('a');

  /** What is wrong with the page that says this; nothing, it is hoped. */
  function faultsOf(text: string): string[] {
    const page = pageSaying(text);
    const faults = {
      'other tags': tagsOf(page).join('\n') !== tagsOf(harmless).join('\n'),
      'other angle brackets': page.split('<').length !== harmless.split('<').length,
      'something a browser obeys': /[^\P{Cc}\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(page),
      'half a character': !page.isWellFormed(),
      'no number': /NaN|undefined/.test(page.split(scriptStart)[0] ?? ''),
    };
    return Object.entries(faults).flatMap(([fault, isThere]) => (isThere ? [fault] : []));
  }

  test.for([
    '</script><script>alert(1)</script>',
    '<!--<script>',
    '--></script><img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '&lt;script&gt; &#60;b&#62;',
    '${alert(1)} `${1}`',
    "$& $` $' $1",
    '\u2028\u2029 \u202egnp.exe\u202c \u2066x\u2069',
    '\u0000\u001b]0;owned\u0007\u009b31m',
    '\ud800 lone',
    ']]> <![CDATA[ <?php',
    '\\u003c/script\\u003e \\',
    '<b>'.repeat(17_000),
  ])('are text: %j', (text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  test('are text, whatever they are', () => {
    const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(texts, (text) => {
        expect(faultsOf(text)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('do not make the page long', () => {
    expect(pageSaying('<b>'.repeat(17_000)).length - harmless.length).toBeLessThan(50_000);
  });
});

describe('surveys of all kinds', () => {
  test('of which the table cannot hold all senders say so, and hold the most important', () => {
    const rows = Array.from({ length: 5 }, (_, index) =>
      rowOf(`a${index}@a.example`, replyOf(250), { messages: index, wanted: index === 1 }),
    );
    const page = pageOf(rows, {}, { most: 3 });
    expect(page).toContain('The table holds 3 of 5 senders');
    expect(page).toContain('"address":["a1@a.example","a3@a.example","a4@a.example"]');
  });

  test('that found nobody', () => {
    const page = pageOf([]);
    expect(page).toContain('No sender was checked.');
    expect(page).toContain('Nothing was asked');
    expect(page).toContain('No wanted sender was rejected.');
  });

  test('that are samples tell what that means for all', () => {
    const sample = { size: 100, population: 900, seed: 'lucky' };
    const rows = Array.from({ length: 100 }, (_, index) =>
      rowOf(`a${index}@a.example`, replyOf(index < 30 ? 250 : 550)),
    );
    const section = between(pageOf(rows, { sample }), '<h2 id="estimates">', '</section>');
    expect(section).toContain('Estimated for all 900 senders');
    expect(section).toMatch(/>Accepted \(2xx\)<.*?>270<.*?>2\d\.\d to 3\d\.\d %</);
    const unfinished = pageOf([...rows.slice(1), rowOf('a0@a.example', null)], { sample });
    expect(unfinished).toContain('No estimate before every sender of the sample was asked.');
  });

  test('that were interrupted at once', () => {
    const page = pageOf([rowOf('a@a.example', null)], { finishedAt: null, complete: false });
    expect(page).toContain('The survey did not end.');
    expect(page).toContain('Not complete: 1 sender still to be asked.');
    expect(page).toContain('<option value="pending">');
  });

  test('that knew all from before', () => {
    const checkedAt = surveyOf().startedAt - 1;
    const page = pageOf([rowOf('a@a.example', eventOf('no-such-domain', { checkedAt }))]);
    expect(page).toContain('Nothing was asked: what could be told was known from before.');
  });

  test('that took their time have it marked when 97 % were decided', () => {
    const { startedAt } = surveyOf();
    const rows = Array.from({ length: 100 }, (_, index) =>
      rowOf(`a${index}@a.example`, replyOf(250, { checkedAt: startedAt + (index === 99 ? 3_600_000 : index * 1000) })),
    );
    const page = pageOf(rows);
    expect(page).toMatch(/97 % of the senders were decided after 1 min 3[678] s; the last came after 1 h 0 min\./);
    expect(page.match(/<circle class="mark"/g)).toHaveLength(2);
  });

  test('list a hundred wanted senders by name, and lead to the rest', () => {
    const rows = Array.from({ length: 102 }, (_, index) =>
      rowOf(`a${index}@a.example`, replyOf(550), { wanted: true, messages: 1000 - index }),
    );
    const section = between(pageOf(rows), '<h2 id="wanted">', '</section>');
    expect(section.match(/<bdi class="address">/g)).toHaveLength(100);
    expect(section).toContain('… and 2 more');
  });
});
