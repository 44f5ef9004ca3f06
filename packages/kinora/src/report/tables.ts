/** The numbers behind the pictures as HTML tables. */

import { el, type Markup } from '../figures/svg.js';
import { percent } from '../figures/words.js';
import type { ClassMetrics, ConfusedPair } from '../measure/metrics.js';
import { scroll } from './document.js';

/** One row per class; the headings sort (document.ts). */
export function classTable(metrics: readonly ClassMetrics[], labels: readonly string[]): Markup {
  const rows = metrics.map(({ support, precision, recall, f1 }, c) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, labels[c]),
      number(recall, percent(recall), bar(recall)),
      number(precision, percent(precision)),
      number(f1, percent(f1)),
      number(support, String(support)),
    ),
  );
  return table('sortable', 'Measures of each class', ['Class', 'Recall', 'Precision', 'F1', 'Clips'], rows);
}

/** The most frequent mistakes. */
export function pairTable(pairs: readonly ConfusedPair[], labels: readonly string[]): Markup {
  const rows = pairs.map(({ target, predicted, count, share }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, labels[target]),
      el('td', {}, labels[predicted]),
      number(count, String(count)),
      number(share, percent(share), bar(share, 'wrong')),
    ),
  );
  return table('', 'Most frequent mistakes', ['True class', 'Predicted as', 'Clips', 'Share'], rows);
}

/** Names and values, such as the configuration. */
export function factTable(facts: readonly (readonly [string, string])[], caption: string): Markup {
  const rows = facts.map(([name, value]) =>
    el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, value)),
  );
  return el('table', { class: 'facts' }, el('caption', { class: 'hidden' }, caption), el('tbody', {}, rows));
}

function table(kind: string, caption: string, headings: readonly string[], rows: readonly Markup[]): Markup {
  const numeric = (i: number) => rows.length > 0 && i >= headings.length - (kind === 'sortable' ? 4 : 2);
  const head = headings.map((heading, i) => {
    const content = kind === 'sortable' ? el('button', { type: 'button' }, heading) : heading;
    return el('th', { scope: 'col', class: numeric(i) ? 'number' : undefined }, content);
  });
  const content = el(
    'table',
    { class: kind === '' ? undefined : kind },
    el('caption', { class: 'hidden' }, caption),
    el('thead', {}, el('tr', {}, head)),
    el('tbody', {}, rows),
  );
  return scroll(caption, content);
}

function number(value: number, text: string, picture?: Markup): Markup {
  const shown = picture === undefined ? text : [picture, el('span', { class: 'value' }, text)];
  return el('td', { class: 'number', 'data-value': Number.isFinite(value) ? value : -1 }, shown);
}

function bar(share: number, kind = 'right'): Markup | undefined {
  if (!Number.isFinite(share)) return undefined;
  return el(
    'span',
    { class: `bar ${kind}`, 'aria-hidden': 'true' },
    el('span', { style: `width:${share * 100}%` }),
  );
}

/** Rows of text, of which all columns but the first are numbers. */
export function plainTable(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  const kind = (i: number): string | undefined => (i > 0 ? 'number' : undefined);
  const content = el(
    'table',
    {},
    el('caption', { class: 'hidden' }, caption),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        headings.map((heading, i) => el('th', { scope: 'col', class: kind(i) }, heading)),
      ),
    ),
    el(
      'tbody',
      {},
      rows.map((row) =>
        el(
          'tr',
          {},
          row.map((text, i) =>
            i === 0 ? el('th', { scope: 'row' }, text) : el('td', { class: 'number' }, text),
          ),
        ),
      ),
    ),
  );
  return scroll(caption, content);
}
