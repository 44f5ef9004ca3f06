/**
 * What a cross-validation says about labels: which look wrong, and which clips of an unlabelled list to label next. Written as
 * CSV files and as a page that shows the clips as film strips.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PreprocessSpec } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { readClipList } from '../data/lists/annotations.js';
import { badClipLine } from '../data/lists/bad-clips.js';
import type { ClipItem } from '../data/lists/clip-list.js';
import { readLabels } from '../data/lists/labels.js';
import { readClip } from '../data/load/clip-reader.js';
import { el, type Markup } from '../figures/svg.js';
import { percent, plural } from '../figures/words.js';
import { csvLine } from '../files/csv.js';
import { committeeDoubt, type Doubt, type LabelIssues, labelIssues } from '../measure/label-issues.js';
import { type PredictOptions, predictList } from '../predict/predict-list.js';
import { silent } from '../progress.js';
import { header, htmlPage, minuteOf, scroll, section } from '../report/document.js';
import { reportFolder } from '../report/folder.js';
import { dataUri, filmStrip } from '../report/strips.js';
import { openModel } from '../run/open.js';
import { configOfRunFolder } from '../run/run-folder.js';
import { heldOutLogits, isFinished } from './fold.js';

export interface LabelOptions extends PredictOptions {
  /** A list of clips whose labels are not known, to find out which of them to label next. Default: none. */
  readonly pool?: string;
  /** Folder of its clips. Default: that of the list. */
  readonly poolFolder?: string;
  /** Clips of each kind that the page shows. Default: 24. */
  readonly show?: number;
}

export interface LabelReview extends LabelIssues {
  readonly labels: readonly string[];
  /** The clip of each row of the verdicts. */
  readonly items: readonly ClipItem[];
  /** The clips of the pool, those to label first at the front. */
  readonly next?: readonly (Doubt & { readonly item: ClipItem })[];
  /** The page. */
  readonly page: string;
}

interface FinishedFold {
  readonly run: string;
  readonly config: Awaited<ReturnType<typeof configOfRunFolder>>;
  readonly items: readonly ClipItem[];
  readonly logits: Float32Array;
}

/**
 * Reviews the labels of a cross-validation's clips by the predictions of networks that were not trained on them, and writes
 * `labels/index.html`, `labels/suspects.csv` (all clips, the most suspicious first) and, with a pool, `labels/next.csv`.
 *
 * @param folder of a cross-validation, in which at least one fold is finished
 * @throws KinoraError `crossval/none`, `crossval/unfinished`, `data/*` and `model/*`
 */
export async function reviewLabels(folder: string, options: LabelOptions = {}): Promise<LabelReview> {
  const { pool, show = 24, progress = silent } = options;
  const labels = labelsOf(folder);
  const folds = await finishedFolds(folder, labels);
  const items = folds.flatMap((fold) => fold.items);
  const logits = joined(folds.map((fold) => fold.logits));
  const targets = Int32Array.from(items, ({ label }) => label);
  const issues = labelIssues({ targets, logits }, labels.length);
  const next = pool === undefined ? undefined : await doubts(folds, labels, pool, options);
  const { write } = await reportFolder(join(folder, 'labels'));
  write('suspects.csv', suspectsCsv(issues, items, labels));
  if (next !== undefined) write('next.csv', nextCsv(next, labels));
  const { spec } = specOf(folds[0]!);
  const strips = stripMaker(spec, (line) => progress.log(line));
  const review = {
    ...issues,
    labels,
    items,
    ...(next && { next }),
    page: join(folder, 'labels', 'index.html'),
  };
  write('index.html', await page(folder, review, show, strips));
  return review;
}

function labelsOf(folder: string): string[] {
  const file = join(folder, 'lists', 'labels.csv');
  if (existsSync(file)) return readLabels(file);
  throw kinoraError(
    'crossval/none',
    folder,
    'the folder of a cross-validation',
    'one without lists/labels.csv',
    {
      hint: 'make one with kinora crossval',
    },
  );
}

async function finishedFolds(folder: string, labels: readonly string[]): Promise<FinishedFold[]> {
  const found: FinishedFold[] = [];
  for (let number = 1; ; number++) {
    const list = join(folder, 'lists', `fold-${number}-held-out.csv`);
    if (!existsSync(list)) break;
    const run = join(folder, `fold-${number}`);
    if (!existsSync(join(run, 'config.json'))) continue;
    const config = await configOfRunFolder(run);
    if (!isFinished(config)) continue;
    const { items } = readClipList(list, config.trainFolder!, { labels });
    const { indices, logits } = heldOutLogits(config, labels.length);
    found.push({ run, config, items: Array.from(indices, (index) => items[index]!), logits });
  }
  if (found.length > 0) return found;
  throw unfinished(folder);
}

const unfinished = (folder: string): KinoraError =>
  kinoraError('crossval/unfinished', folder, 'a fold that is finished', 'none', {
    hint: 'start the same kinora crossval again: it does the remaining work',
  });

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const lastOf = ({ run }: FinishedFold): string => join(run, 'checkpoints', 'last');

/** The preprocessing of the networks. */
function specOf(fold: FinishedFold): { spec: PreprocessSpec } {
  const { network, spec } = openModel(lastOf(fold));
  network.dispose();
  return { spec };
}

/** The clips of the pool that all networks could read, the most doubtful first. */
async function doubts(
  folds: readonly FinishedFold[],
  labels: readonly string[],
  pool: string,
  { poolFolder = dirname(pool), ...options }: LabelOptions,
) {
  const items = readClipList(pool, poolFolder).items.map((item) => ({ ...item, label: -1 }));
  const list = { labels, items, dropped: 0 };
  const members: Float32Array[] = [];
  let rows: Int32Array | undefined;
  for (const [i, fold] of folds.entries()) {
    const model = openModel(lastOf(fold), options);
    try {
      const words = `clips to label, network ${i + 1} of ${folds.length}`;
      const { indices, logits } = await predictList(model, list, fold.config, options, words);
      members.push(logits);
      rows = indices;
    } finally {
      model.network.dispose();
    }
  }
  return committeeDoubt(members, labels.length).map((doubt) => ({
    ...doubt,
    item: items[rows![doubt.row]!]!,
  }));
}

function suspectsCsv(
  { verdicts }: LabelIssues,
  items: readonly ClipItem[],
  labels: readonly string[],
): string {
  const rows = verdicts.map((one) =>
    csvLine([
      items[one.row]!.id,
      labels[one.given]!,
      labels[one.suggested]!,
      one.suspect ? 'yes' : 'no',
      ...[one.loss, one.probability, one.probabilityOfSuggested].map((value) => value.toFixed(4)),
    ]),
  );
  const heading = 'path,label,suggested,suspect,loss,probability_of_label,probability_of_suggested';
  return `${[heading, ...rows].join('\n')}\n`;
}

function nextCsv(next: NonNullable<LabelReview['next']>, labels: readonly string[]): string {
  const rows = next.map(({ item, entropy, disagreement, predicted, probability }) =>
    csvLine([
      item.id,
      ...[entropy, disagreement].map((value) => value.toFixed(4)),
      labels[predicted]!,
      probability.toFixed(4),
    ]),
  );
  return `${['path,entropy,disagreement,predicted,probability', ...rows].join('\n')}\n`;
}

type StripMaker = (item: ClipItem) => Promise<Markup | undefined>;

/** A clip that has become unreadable is reported, and shown without frames. */
const stripMaker =
  (spec: PreprocessSpec, report: (line: string) => void): StripMaker =>
  async (item) => {
    try {
      const { clip, frames } = await readClip(item, spec);
      const { height, width } = spec.crop;
      const strip = filmStrip({ data: clip, count: frames, height, width });
      const alt = `Frames of clip ${item.id}`;
      const image = { src: dataUri(strip), width: strip.width, height: strip.height, alt, loading: 'lazy' };
      return scroll(alt, el('img', image));
    } catch (error) {
      report(badClipLine({ id: item.id, reason: (error as Error).message }));
      return undefined;
    }
  };

async function page(folder: string, review: LabelReview, show: number, strips: StripMaker): Promise<string> {
  const { labels, items, verdicts, suspects, estimate, next } = review;
  const shown = verdicts.slice(0, Math.min(show, suspects));
  const wrong = await Promise.all(
    shown.map(async ({ row, given, suggested, probability, probabilityOfSuggested }) =>
      figure(
        [
          'labelled ',
          el('b', {}, labels[given]),
          ` (${percent(probability)}), looks like `,
          el('b', { class: 'predicted' }, labels[suggested]),
          ` (${percent(probabilityOfSuggested)}) · clip ${items[row]!.id}`,
        ],
        await strips(items[row]!),
      ),
    ),
  );
  const asked = await Promise.all(
    (next ?? [])
      .slice(0, show)
      .map(async ({ item, entropy, predicted, probability }) =>
        figure(
          [
            'perhaps ',
            el('b', {}, labels[predicted]),
            ` (${percent(probability)}), entropy ${entropy.toFixed(2)} · clip ${item.id}`,
          ],
          await strips(item),
        ),
      ),
  );
  const clips = plural(items.length, 'clip');
  return htmlPage('Labels', [
    header({
      eyebrow: 'Kinora labels',
      title: 'Which labels look wrong',
      text: `${clips} of ${folder}, each judged by a network that was not trained on it. ${minuteOf(new Date().toISOString())}`,
      figures: [
        [String(suspects), 'suspect labels'],
        [estimate.toFixed(0), 'wrong labels by estimate'],
        [items.length.toLocaleString('en-US'), 'clips'],
        ...(next === undefined
          ? []
          : [[next.length.toLocaleString('en-US'), 'clips without labels'] as const]),
      ],
    }),
    section(
      'Suspect labels',
      suspects === 0
        ? 'None: no clip is confidently of another class than its label.'
        : `${shown.length < suspects ? `The first ${shown.length} of ${suspects}` : `All ${suspects}`}, the least likely labels first. In parentheses: probabilities. A clip is suspect if it is as probably of another class as the clips of that class are on average. A hard clip can look like a wrong label: watch it before you change it. suspects.csv lists all clips.`,
      wrong,
    ),
    next === undefined
      ? undefined
      : section(
          'Label these next',
          `The clips that the networks together are least sure about, by the entropy of their mean probabilities (0 to ${Math.log(labels.length).toFixed(2)}). next.csv lists all.`,
          asked,
        ),
  ]);
}

const figure = (caption: Parameters<typeof el>[2][], strip: Markup | undefined): Markup =>
  el('figure', {}, el('figcaption', {}, ...caption), strip ?? el('p', { class: 'muted' }, 'cannot be read'));
