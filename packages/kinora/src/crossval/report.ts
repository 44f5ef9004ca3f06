/**
 * Writes a cross-validation's report: `index.html`, `people.png|svg`, `confusion.png`, `crossval.json` for other programs, and the
 * predictions of all held-out clips: `predictions.csv`, `logits.npy` (float32 `[N, classes]`) and `targets.npy` (int32 `[N]`).
 */
import { join } from 'node:path';
import { softmax } from '@kinora/clip';
import { peopleChart } from '../figures/people-chart.js';
import { el, type Markup } from '../figures/svg.js';
import { fileTheme, pageTheme, type Theme } from '../figures/theme.js';
import { ends, percent, plural } from '../figures/words.js';
import { csvLine } from '../files/csv.js';
import { writeNpy } from '../files/npy.js';
import { writeRecord } from '../files/record.js';
import { wilson } from '../measure/intervals.js';
import { argmax, confusedPairs, confusionMatrix, perClass } from '../measure/metrics.js';
import { confusionChart } from '../report/confusion-chart.js';
import { header, htmlPage, minuteOf, scroll, section } from '../report/document.js';
import { reportFolder } from '../report/folder.js';
import { classTable, factTable, pairTable, plainTable } from '../report/tables.js';
import type { CrossvalResult, Fold, HeldOut } from './crossval.js';

/** Returns the path of the page; undefined while no fold has finished. */
export async function writeCrossval(result: CrossvalResult): Promise<string | undefined> {
  const { labels, heldOut, out } = result;
  if (heldOut === undefined) return undefined;
  const folder = join(out, 'report');
  const { write, draw } = await reportFolder(folder);
  const { targets, logits, ids } = heldOut.evaluation;
  draw('people', peoplePicture(heldOut, fileTheme), ['svg', 'png']);
  draw('confusion', confusionChart(countsOf(heldOut, labels), labels, fileTheme));
  write('predictions.csv', predictions(heldOut, labels));
  writeNpy(join(folder, 'logits.npy'), logits, [ids.length, labels.length]);
  writeNpy(join(folder, 'targets.npy'), targets, [ids.length]);
  const date = new Date().toISOString();
  writeRecord(join(folder, 'crossval.json'), numbers(result, heldOut, date));
  write('index.html', page(result, heldOut, date));
  return join(folder, 'index.html');
}

const countsOf = ({ evaluation: { targets, logits } }: HeldOut, labels: readonly string[]): Uint32Array =>
  confusionMatrix(targets, argmax(logits, labels.length), labels.length);

function peoplePicture({ people }: HeldOut, theme: Theme): Markup | undefined {
  if (people === undefined) return undefined;
  const dots = people.people.map(({ person, clips, top1 }) => {
    const [low, high] = wilson(top1, clips);
    return { person, clips, accuracy: top1, low, high };
  });
  return peopleChart(dots, people.top1, theme);
}

/** One line per clip: what it was labelled, what a network that never saw its person predicts, and in which fold. */
function predictions({ evaluation, folds }: HeldOut, labels: readonly string[]): string {
  const { ids, targets, logits } = evaluation;
  const predicted = argmax(logits, labels.length);
  const rows = ids.map((id, n) => {
    const p = softmax(logits.subarray(n * labels.length, (n + 1) * labels.length));
    const [target, found] = [targets[n]!, predicted[n]!];
    const shares = [p[target]!, p[found]!].map((share) => share.toFixed(4));
    return csvLine([id, labels[target]!, labels[found]!, ...shares, String(folds[n]! + 1)]);
  });
  return `${['path,label,predicted,probability_of_label,probability_of_predicted,fold', ...rows].join('\n')}\n`;
}

const accuracies = (folds: readonly Fold[]): number[] =>
  folds.flatMap(({ record }) => (record?.result === undefined ? [] : [record.result.top1]));

/** Mean of the folds' accuracies and their standard deviation (of a sample); NaN for a single fold. */
export function foldSpread(folds: readonly Fold[]): { mean: number; deviation: number } {
  const values = accuracies(folds);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

function numbers({ config, folds, labels }: CrossvalResult, heldOut: HeldOut, date: string) {
  const { summary, top1, people } = heldOut;
  const { mean, deviation } = foldSpread(folds);
  return {
    date,
    name: config.name,
    model: config.model,
    clips: summary.clips,
    top1,
    loss: summary.loss,
    top5: summary.top5,
    mean_class_accuracy: summary.mean_class_accuracy,
    fold_mean: mean,
    fold_standard_deviation: Number.isFinite(deviation) ? deviation : null,
    folds: folds.map(({ plan, record, error }) => ({
      name: plan.config.name,
      clips: plan.rows.length,
      minutes: record?.minutes ?? null,
      result: record?.result ?? null,
      error: error ?? null,
    })),
    people: people?.people ?? null,
    labels,
  };
}

function page(result: CrossvalResult, heldOut: HeldOut, date: string): string {
  const { labels, config } = result;
  const counts = countsOf(heldOut, labels);
  const pairs = confusedPairs(counts, labels.length, 12);
  const sections = [
    summary(result, heldOut, date),
    peopleSection(heldOut),
    foldSection(result),
    section(
      'Confusion matrix',
      'Each row is a true class, each column a predicted class; the recall of each class is on the right.',
      scroll('Confusion matrix', confusionChart(counts, labels, pageTheme), 'matrix'),
      ...(pairs.length > 0
        ? [el('h2', { style: 'margin-top:28px' }, 'Most confused'), pairTable(pairs, labels)]
        : []),
    ),
    section(
      'Classes',
      'Recall: share of the class that was recognised. Precision: share of its predictions that are correct.',
      classTable(perClass(counts, labels.length), labels),
    ),
    details(result, heldOut),
  ];
  return htmlPage(`${config.name}: cross-validation`, sections);
}

function summary({ config, folds, labels }: CrossvalResult, heldOut: HeldOut, date: string): Markup {
  const { summary: found, top1, people } = heldOut;
  const [worst] = people?.people ?? [];
  const done = accuracies(folds).length;
  const state = done < folds.length ? ` ${done} of ${folds.length} folds are finished.` : '';
  return header({
    eyebrow: 'Kinora cross-validation',
    title: config.name,
    text: `Every clip was predicted by a network that was trained on other ${people === undefined ? 'clips' : 'people'}. ${minuteOf(date)}.${state}`,
    figures: [
      [percent(top1.value), `top-1 accuracy, ${ends(top1, { before: '95 % interval ' })}`],
      ...(worst === undefined ? [] : [[percent(worst.top1), `worst person, ${worst.person}`] as const]),
      [percent(found.mean_class_accuracy), 'mean class accuracy'],
      [found.loss.toFixed(3), 'loss'],
      [found.clips.toLocaleString('en-US'), 'held-out clips'],
      [String(labels.length), 'classes'],
    ],
  });
}

function peopleSection(heldOut: HeldOut): Markup | undefined {
  const { people } = heldOut;
  const chart = peoplePicture(heldOut, pageTheme);
  if (people === undefined || chart === undefined) return undefined;
  return section(
    'People',
    'Lines are 95 % intervals of each person’s number of clips (Wilson); the band is the interval of the mean, by a bootstrap over people.',
    scroll('Accuracy by person', chart, 'matrix'),
    el(
      'details',
      { style: 'margin-top:12px' },
      el('summary', {}, 'As a table'),
      plainTable(
        'Accuracy by person',
        ['Person', 'Clips', 'Top-1'],
        people.people.map(({ person, clips, top1 }) => [person, String(clips), percent(top1)]),
      ),
    ),
  );
}

function foldSection({ folds }: CrossvalResult): Markup {
  const { mean, deviation } = foldSpread(folds);
  const spread = Number.isFinite(deviation) ? `, standard deviation ${percent(deviation)}` : '';
  return section(
    'Folds',
    `Mean of the folds ${percent(mean)}${spread}. Each network was trained on the other folds, to the end; its last epoch is measured.`,
    plainTable(
      'Folds',
      ['Fold', 'Held-out clips', 'Epochs', 'Minutes', 'Top-1'],
      folds.map(({ plan, record, error }) => [
        plan.config.name,
        String(plan.rows.length),
        record?.result?.epochs.toString() ?? '',
        record?.minutes.toFixed(1) ?? '',
        record?.result === undefined
          ? error === undefined
            ? 'to do'
            : 'failed'
          : percent(record.result.top1),
      ]),
    ),
  );
}

function details({ config, out, folds }: CrossvalResult, { people }: HeldOut): Markup {
  const files = [
    'crossval.json',
    'predictions.csv',
    'logits.npy',
    'targets.npy',
    'confusion.png',
    ...(people === undefined ? [] : ['people.png', 'people.svg']),
  ];
  return section(
    'Details',
    undefined,
    factTable(
      [
        ['network', config.model],
        ['runs and lists', out],
        ['folds', plural(folds.length, 'fold')],
        ...folds.flatMap(({ plan, error }): [string, string][] =>
          error === undefined ? [] : [[plan.config.name, error]],
        ),
      ],
      'The cross-validation',
    ),
    el(
      'p',
      { class: 'muted', style: 'margin:20px 0 0' },
      'In the same folder: ',
      files.flatMap((file, i) => [i > 0 ? ', ' : '', el('a', { href: file }, file)]),
    ),
  );
}
