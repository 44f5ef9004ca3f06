import { describe, expect, test } from 'vitest';
import { mistakes } from './mistakes.js';
import { page } from './page.js';
import { trialReport } from './trial.test.util.js';

const html = (change = {}) => {
  const data = trialReport(change);
  return page(data, mistakes(data));
};

/** Contents of the cells of each body row of a table. */
function rows(text: string, caption: string): string[][] {
  const table = text.slice(text.indexOf(caption)).split('</table>')[0]!.split('<tbody>')[1]!;
  const cells = (row: string) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map((m) => m[1]!.replace(/<[^>]*>/g, ''));
  return table.split('<tr>').slice(1).map(cells);
}

describe('the page', () => {
  test('needs nothing beside it', () => {
    expect(html()).not.toMatch(/(src|href)="(?!data:|[\w.]+")/);
    expect(html()).not.toMatch(/@import|url\(/);
    expect(html()).toMatch(
      /^<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport"/,
    );
  });

  test('states the headline figures', () => {
    const figures = [...html().matchAll(/<b>([^<]*)<\/b><span>([^<]*)<\/span>/g)].map((m) => [m[2], m[1]]);
    expect(figures).toEqual([
      ['top-1 accuracy', '66.7 %'],
      ['top-5 accuracy', '100.0 %'],
      ['mean class accuracy', '66.7 %'],
      ['loss', '1.109'],
      ['validation clips', '6'],
      ['classes', '3'],
    ]);
  });

  test('has a row for each class and for each confused pair', () => {
    expect(rows(html(), 'Measures of each class')).toEqual([
      ['Swiping Left', '50.0 %', '50.0 %', '50.0 %', '2'],
      ['Swiping Right', '50.0 %', '50.0 %', '50.0 %', '2'],
      ['Stop Sign', '100.0 %', '100.0 %', '100.0 %', '2'],
    ]);
    expect(rows(html(), 'Most frequent mistakes')).toEqual([
      ['Swiping Left', 'Swiping Right', '1', '50.0 %'],
      ['Swiping Right', 'Swiping Left', '1', '50.0 %'],
    ]);
  });

  test('tells the value of every cell and of every point', () => {
    const titles = [...html().matchAll(/<title>([^<]*)<\/title>/g)].map((match) => match[1]);
    expect(titles).toContain('Swiping Left: 1 of 2 clips predicted as Swiping Right (50.0 %)');
    expect(titles).toContain('Stop Sign: 2 of 2 clips correctly predicted (100.0 %)');
    expect(titles).toContain('val, epoch 2: 70.0 %');
  });

  test('shows the worst clips with what was said and how sure', () => {
    expect(html()).toContain('All 2 mistakes, ordered by the probability of the true class');
    const [first] = html().split('<figure>').slice(1);
    expect(first).toMatch(
      /<b>Swiping Right<\/b> \(1\.8 %\) predicted as <b class="predicted">Swiping Left<\/b> \(96\.5 %\) · clip 13/,
    );
    expect(first).toMatch(
      /src="data:image\/jpeg;base64,[\w+/=]+" width="254" height="20" alt="Frames of clip 13"/,
    );
  });

  test('names the best epoch', () => {
    expect(html()).toContain('2 epochs. The best validation top-1 accuracy was 70.0 %, after epoch 2.');
  });

  test('leaves out what there is not', () => {
    const bare = html({ history: [], worst: [] });
    expect(bare).not.toContain('<h2>Training');
    expect(bare).not.toContain('<h2>Worst clips');
    expect(bare).toContain('<h2>Confusion matrix');
  });

  test('names and labels cannot become markup', () => {
    const nasty = '<script>alert("1")</script> & co';
    const text = html({
      name: nasty,
      labels: [nasty, 'b', 'c'],
      config: { name: nasty },
      facts: [[nasty, nasty]],
    });
    expect(text).not.toContain('<script>alert');
    expect(text.split('<script>')).toHaveLength(2);
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; co');
  });

  test('is the same for the same data', () => expect(html()).toBe(html()));
});
