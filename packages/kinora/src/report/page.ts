/** What stands on the report's page, from the headline figures to the configuration, in the order of reading. */
import { el, type Markup } from '../figures/svg.js';
import { pageTheme } from '../figures/theme.js';
import { percent, plural } from '../figures/words.js';
import { argmax, confusedPairs, confusionMatrix, perClass, summarize } from '../measure/metrics.js';
import type { EpochMetrics } from '../run/metrics-log.js';
import { confusionChart } from './confusion-chart.js';
import { curvePictures } from './curves.js';
import type { ReportData } from './data.js';
import type { Mistake } from './mistakes.js';
import { dataUri } from './strips.js';
import { classTable, factTable, pairTable } from './tables.js';

/** Rows of the table of mistakes. */
const PAIRS = 12;

export function header({ name, split, date, labels, evaluation }: ReportData): Markup {
  const summary = summarize(evaluation, labels.length);
  const figures: [string, string][] = [
    [percent(summary.top1), 'top-1 accuracy'],
    [percent(summary.top5), 'top-5 accuracy'],
    [percent(summary.mean_class_accuracy), 'mean class accuracy'],
    [summary.loss.toFixed(3), 'loss'],
    [summary.clips.toLocaleString('en-US'), `${split} clips`],
    [String(labels.length), 'classes'],
  ];
  return el(
    'header',
    {},
    el('p', { class: 'eyebrow' }, 'Kinora report'),
    el('h1', {}, name),
    el('p', { class: 'muted' }, `Evaluated on the ${split} clips, ${date.slice(0, 16).replace('T', ' ')}`),
    el(
      'ul',
      { class: 'figures' },
      figures.map(([value, label]) => el('li', {}, el('b', {}, value), el('span', {}, label))),
    ),
  );
}

export function curves(history: readonly EpochMetrics[]): Markup | undefined {
  const pictures = curvePictures(history, pageTheme);
  if (pictures.length === 0) return undefined;
  return section('Training', bestEpoch(history), el('div', { class: 'curves' }, pictures));
}

function bestEpoch(history: readonly EpochMetrics[]): string {
  const measured = history.filter(({ val_top1 }) => val_top1 !== undefined);
  const length = `${plural(history.length, 'epoch')}.`;
  if (measured.length === 0) return length;
  const best = measured.reduce((a, b) => (b.val_top1! > a.val_top1! ? b : a));
  return `${length} The best validation top-1 accuracy was ${percent(best.val_top1!)}, after epoch ${best.epoch}.`;
}

export function confusion({ evaluation, labels }: ReportData): Markup {
  const counts = countsOf(evaluation, labels.length);
  const pairs = confusedPairs(counts, labels.length, PAIRS);
  const matrix = el(
    'div',
    { class: 'scroll matrix', tabindex: 0, role: 'region', 'aria-label': 'Confusion matrix' },
    confusionChart(counts, labels, pageTheme),
  );
  const text =
    'Each row is a true class, each column a predicted class; the recall of each class is at the right.';
  const table =
    pairs.length > 0
      ? [el('h2', { style: 'margin-top:28px' }, 'Most confused'), pairTable(pairs, labels)]
      : [];
  return section('Confusion matrix', text, matrix, ...table);
}

export function classes({ evaluation, labels }: ReportData): Markup {
  const metrics = perClass(countsOf(evaluation, labels.length), labels.length);
  const text =
    'Recall: share of the class that was recognised. Precision: share of its predictions that are right.';
  return section('Classes', text, classTable(metrics, labels));
}

export function worst({ evaluation, labels }: ReportData, shown: readonly Mistake[]): Markup | undefined {
  if (shown.length === 0) return undefined;
  const wrong = argmax(evaluation.logits, labels.length).filter((c, n) => c !== evaluation.targets[n]).length;
  const which =
    shown.length < wrong
      ? `The ${shown.length} worst of ${wrong} mistakes`
      : `All ${plural(wrong, 'mistake')}`;
  return section(
    'Worst clips',
    `${which}, those first whose true class was thought least likely.`,
    shown.map(figure),
  );
}

function figure({ id, target, predicted, confidence, truth, strip }: Mistake): Markup {
  const { width, height } = strip;
  const alt = `Frames of clip ${id}`;
  return el(
    'figure',
    {},
    el(
      'figcaption',
      {},
      el('b', {}, target),
      ` (${percent(truth)}) taken for `,
      el('b', { class: 'predicted' }, predicted),
      ` (${percent(confidence)}) · clip ${id}`,
    ),
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': alt },
      el('img', { src: dataUri(strip), width, height, alt, loading: 'lazy' }),
    ),
  );
}

export function details({ facts, config, history }: ReportData, shown: readonly Mistake[]): Markup {
  const values = Object.entries(config).map(
    ([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  const links = [
    'metrics.json',
    ...(curvePictures(history, pageTheme).length > 0 ? ['curves.png'] : []),
    'confusion.png',
    ...(shown.length > 0 ? ['worst_clips.png'] : []),
    'test_results.csv',
    'logits.npy',
    'targets.npy',
  ];
  return section(
    'Details',
    undefined,
    factTable(facts, 'The network and the run'),
    el(
      'details',
      { style: 'margin-top:20px' },
      el('summary', {}, 'Configuration'),
      el('div', { class: 'scroll' }, factTable(values, 'Configuration')),
    ),
    el(
      'p',
      { class: 'muted', style: 'margin:20px 0 0' },
      'Beside this page: ',
      links.flatMap((file, i) => [i > 0 ? ', ' : '', el('a', { href: file }, file)]),
    ),
  );
}

export function section(
  title: string,
  text: string | undefined,
  ...content: (Markup | readonly Markup[])[]
): Markup {
  return el(
    'section',
    {},
    el('h2', {}, title),
    text !== undefined && el('p', { class: 'muted' }, text),
    content,
  );
}

function countsOf({ logits, targets }: ReportData['evaluation'], count: number): Uint32Array {
  return confusionMatrix(targets, argmax(logits, count), count);
}
