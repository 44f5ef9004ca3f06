/** The report of a run as one HTML page, from the headline figures to the configuration. */
import { el, type Markup } from '../figures/svg.js';
import { pageTheme } from '../figures/theme.js';
import { ends, percent, plural } from '../figures/words.js';
import { argmax, confusedPairs, confusionMatrix, perClass, summarize } from '../measure/metrics.js';
import { streamScores } from '../measure/streams.js';
import type { EpochMetrics } from '../run/metrics-log.js';
import { confusionChart } from './confusion-chart.js';
import { curvePictures } from './curves.js';
import type { ReportData } from './data.js';
import { header, htmlPage, minuteOf, scroll, section } from './document.js';
import type { Mistake } from './mistakes.js';
import { streamSections } from './streams.js';
import { dataUri } from './strips.js';
import { classTable, factTable, pairTable, plainTable } from './tables.js';

/** Rows of the table of mistakes. */
const PAIRS = 12;

/** @param shown the worst clips with their strips, made once for both page and files */
export function page(data: ReportData, shown: readonly Mistake[]): string {
  const sections = [
    summary(data),
    curves(data.history),
    confusion(data),
    classes(data),
    people(data),
    unknown(data),
    worst(data, shown),
    ...(data.streams === undefined ? [] : streamSections(data.streams)),
    details(data, shown),
  ];
  return htmlPage(`${data.name}: report`, sections);
}

/** The stream score beside the clip score. */
function streamFigures(streams: ReportData['streams']): [string, string][] {
  if (streams === undefined) return [];
  const { levenshtein, falseAlarms } = streamScores(streams.results);
  return [
    [percent(levenshtein.value), 'Levenshtein accuracy on streams'],
    [falseAlarms.value.toFixed(2), 'false alarms a minute'],
  ];
}

function summary({ name, split, date, labels, evaluation, streams }: ReportData): Markup {
  const { top1, top5, mean_class_accuracy, loss, clips } = summarize(evaluation, labels.length);
  return header({
    eyebrow: 'Kinora report',
    title: name,
    text: `Evaluated on the ${split} clips, ${minuteOf(date)}`,
    figures: [
      [percent(top1), 'top-1 accuracy'],
      [percent(top5), 'top-5 accuracy'],
      [percent(mean_class_accuracy), 'mean class accuracy'],
      [loss.toFixed(3), 'loss'],
      [clips.toLocaleString('en-US'), `${split} clips`],
      [String(labels.length), 'classes'],
      ...streamFigures(streams),
    ],
  });
}

function curves(history: readonly EpochMetrics[]): Markup | undefined {
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

function confusion({ evaluation, labels }: ReportData): Markup {
  const counts = countsOf(evaluation, labels.length);
  const pairs = confusedPairs(counts, labels.length, PAIRS);
  const matrix = scroll('Confusion matrix', confusionChart(counts, labels, pageTheme), 'matrix');
  const text =
    'Each row is a true class, each column a predicted class; the recall of each class is on the right.';
  const table =
    pairs.length > 0
      ? [el('h2', { style: 'margin-top:28px' }, 'Most confused'), pairTable(pairs, labels)]
      : [];
  return section('Confusion matrix', text, matrix, ...table);
}

function classes({ evaluation, labels }: ReportData): Markup {
  const metrics = perClass(countsOf(evaluation, labels.length), labels.length);
  const text =
    'Recall: share of the class that was recognised. Precision: share of its predictions that are correct.';
  return section('Classes', text, classTable(metrics, labels));
}

function people({ people: known }: ReportData): Markup | undefined {
  if (known === undefined) return undefined;
  const { top1 } = known;
  return section(
    'People',
    `Top-1 accuracy ${percent(top1.value)}, ${ends(top1, { before: '95 % interval over people ' })}. The worst person first.`,
    plainTable(
      'Accuracy by person',
      ['Person', 'Clips', 'Top-1'],
      known.people.map(({ person, clips, top1 }) => [person, String(clips), percent(top1)]),
    ),
  );
}

function unknown({ rejection }: ReportData): Markup | undefined {
  if (rejection === undefined) return undefined;
  return section(
    'None of these',
    'How well clips that show none of the labels can be told from the others by each score. AUROC: 50 % is chance. False alarms: share of them that is accepted where 95 % of the clips with a label are.',
    plainTable(
      'Rejection by score',
      ['Score', 'AUROC', 'False alarms', 'Threshold'],
      rejection.map(({ score, auroc, falseAlarms, threshold }) => [
        score,
        percent(auroc),
        percent(falseAlarms),
        threshold.toFixed(3),
      ]),
    ),
  );
}

function worst({ evaluation, labels }: ReportData, shown: readonly Mistake[]): Markup | undefined {
  if (shown.length === 0) return undefined;
  const wrong = argmax(evaluation.logits, labels.length).filter((c, n) => c !== evaluation.targets[n]).length;
  const which =
    shown.length < wrong
      ? `The ${shown.length} worst of ${wrong} mistakes`
      : `All ${plural(wrong, 'mistake')}`;
  return section(
    'Worst clips',
    `${which}, ordered by the probability of the true class, lowest first.`,
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
      ` (${percent(truth)}) predicted as `,
      el('b', { class: 'predicted' }, predicted),
      ` (${percent(confidence)}) · clip ${id}`,
    ),
    scroll(alt, el('img', { src: dataUri(strip), width, height, alt, loading: 'lazy' })),
  );
}

function details({ facts, config, history }: ReportData, shown: readonly Mistake[]): Markup {
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
      'In the same folder: ',
      links.flatMap((file, i) => [i > 0 ? ', ' : '', el('a', { href: file }, file)]),
    ),
  );
}

function countsOf({ logits, targets }: ReportData['evaluation'], count: number): Uint32Array {
  return confusionMatrix(targets, argmax(logits, count), count);
}
