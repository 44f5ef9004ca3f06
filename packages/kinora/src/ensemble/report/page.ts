/** The report of an ensemble: the gain of each rule, and the correlation of the members' errors. */
import { el, type Markup } from '../../figures/svg.js';
import { pageTheme } from '../../figures/theme.js';
import { ends, percent, plural, points, withEnds } from '../../figures/words.js';
import type { Interval } from '../../measure/intervals.js';
import { ruleSummaries } from '../../model/ensemble/rules.js';
import { header, htmlPage, minuteOf, scroll, section } from '../../report/document.js';
import { factTable } from '../../report/tables.js';
import type { EnsembleResult } from '../ensemble.js';
import type { Measured, MeasuredRule } from '../study.js';
import { accuracyChart, errorChart, weightChart } from './pictures.js';

export function ensemblePage(result: EnsembleResult, date: string): string {
  const sections = [
    summary(result, date),
    accuracies(result),
    errors(result),
    weights(result),
    details(result),
  ];
  return htmlPage('Ensemble: report', sections);
}

function summary({ study, rule, members }: EnsembleResult, date: string): Markup {
  const saved = study.rules.find((one) => one.rule === rule && !one.leaky)!;
  const best = study.members[study.best]!;
  return header({
    eyebrow: 'Kinora ensemble',
    title: `${members.length} members, ${rule.replace('_', ' ')}`,
    text: `Measured ${minuteOf(date)}. ${honesty(study.rules)}`,
    figures: [
      [percent(saved.accuracy.value), `top-1, ${rule}`],
      [percent(best.accuracy.value), `best member, ${best.name}`],
      [
        points(saved.gain.value),
        `points gained, ${ends(saved.gain, { word: points, before: '95 % interval ' })}`,
      ],
      [String(members.length), 'members'],
      [study.clips.toLocaleString('en-US'), 'clips'],
    ],
  });
}

const honesty = (rules: readonly MeasuredRule[]): string =>
  rules.some(({ leaky }) => leaky)
    ? 'Only the rules marked as leaky were fitted to clips that their members were trained on, to show the effect.'
    : 'No rule was fitted to a clip that its members were trained on, and none is measured on a clip it was fitted to.';

function accuracies(result: EnsembleResult): Markup {
  const { study } = result;
  const text =
    `${measuredOn(result)} Lines are 95 % intervals of ${drawn(result)}; the dashed line is the best member. ` +
    `At least one member is right on ${percent(study.oracle)} of the clips, an upper bound for choosing among members.`;
  const rows = [
    ...study.members.map((member) => measuredRow(member, '')),
    ...study.rules.map((rule) => measuredRow(rule, ruleSummaries[rule.rule])),
  ];
  const headings = ['', 'Top-1', 'Gain in points', 'Top-5', 'Log loss', ''];
  const table = el(
    'table',
    {},
    el('caption', { class: 'hidden' }, 'Members and rules'),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        headings.map((text, i) =>
          el('th', { scope: 'col', class: i > 0 && i < 5 ? 'number' : undefined }, text),
        ),
      ),
    ),
    el('tbody', {}, rows),
  );
  return section(
    'Members and rules',
    text,
    scroll('Accuracy of members and rules', accuracyChart(study, pageTheme), 'matrix'),
    scroll('Members and rules as a table', table, 'matrix'),
  );
}

function measuredRow({ name, accuracy, gain, top5, loss }: Measured, summary: string): Markup {
  const number = (text: string) => el('td', { class: 'number' }, text);
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, name),
    number(withEnds(accuracy)),
    number(gainOf(gain)),
    number(percent(top5)),
    number(loss.toFixed(3)),
    el('td', { class: 'muted' }, summary),
  );
}

function measuredOn({ study, lists, test, folds }: EnsembleResult): string {
  const clips = `${plural(study.clips, 'clip')} of ${lists.test ?? lists.fit}`;
  return test === undefined
    ? `On ${clips}: rules with weights were fitted to ${folds - 1} of ${folds} folds and measured on the remaining one.`
    : `On ${clips}; rules with weights were fitted to ${lists.fit}.`;
}

function drawn({ study, fit, test }: EnsembleResult): string {
  const { peopleKnown } = test ?? fit;
  return peopleKnown
    ? `a bootstrap over ${plural(study.groups, 'person', 'people')}, paired`
    : 'a paired bootstrap over clips (the people in them are unknown, so the intervals may be too narrow)';
}

function errors({ study }: EnsembleResult): Markup {
  const names = study.members.map(({ name }) => name);
  return section(
    'Correlated errors',
    'Correlation of the errors of each pair of members: at 0 they are independent; at 1 the members always err together, and a vote gains nothing.',
    scroll('Correlation of errors', errorChart(study.errors, names, pageTheme), 'matrix'),
  );
}

function weights({ weights, rule, study, labels }: EnsembleResult): Markup | undefined {
  if (weights === undefined) return undefined;
  const names = study.members.map(({ name }) => name);
  if (rule === 'weighted') {
    const shares = names.map((name, m) => [name, percent(weights[m]!)] as const);
    return section('Weights', 'Weight of each member in the mean.', factTable(shares, 'Weights'));
  }
  return section(
    'What the stacker learned',
    'One panel per member: rows are the classes to predict, columns the logits of the member. A plain mean is a uniform diagonal.',
    scroll('Weights of the stacker', weightChart(weights, names, labels, pageTheme), 'matrix'),
  );
}

function details({ members, rule, lists, fit, test, folds, seed }: EnsembleResult): Markup {
  const facts: [string, string][] = [
    ['saved rule', `${rule}: ${ruleSummaries[rule]}`],
    ['fitted to', `${lists.fit}, ${plural(fit.ids.length, 'clip')}`],
    ['measured on', test === undefined ? `the same, in ${folds} folds of whole groups` : `${lists.test}`],
    ['seed', String(seed)],
    ...members.map(({ name, config, file, sha256 }): [string, string] => [
      name,
      `${config.model}, ${file}, SHA-256 ${sha256.slice(0, 16)}…`,
    ]),
  ];
  return section('Details', undefined, factTable(facts, 'Settings'));
}

/** `+2.5 (+0.6 to +4.3)` */
export const gainOf = (gain: Interval): string => withEnds(gain, { word: points });
