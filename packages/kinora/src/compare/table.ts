/** A comparison as Markdown: the table, failures, and the commands that reproduce each row. */
import { percent, plural, threeDigits } from '../figures/words.js';
import { wilson } from '../measure/intervals.js';
import type { Row } from './compare.js';
import type { Scores } from './data.js';
import { rowCommand } from './plan.js';

export interface Setting {
  /** The base configuration's file. */
  readonly config: string;
  /** The test list, if any. */
  readonly test?: string;
  /** Processor, threads and engine. */
  readonly machine: string;
  /** The command that reproduces the whole comparison. */
  readonly command: string;
}

interface Column {
  readonly heading: string;
  readonly cell: (row: Row) => string | undefined;
  readonly text?: true;
  /** Shown even if no row has a value yet. */
  readonly always?: true;
}

const result = ({ record }: Row) => record?.result;

/** The column that also shows the state of an unfinished row. */
const VERDICT = 'val top-1';

const COLUMNS: readonly Column[] = [
  { heading: 'network', text: true, cell: ({ plan }) => plan.candidate.name },
  { heading: 'input', text: true, cell: inputOf },
  { heading: 'parameters', cell: ({ cost }) => cost && `${(cost.parameters / 1e6).toFixed(2)} M` },
  { heading: 'GMAC', cell: ({ cost }) => cost && (cost.macs / 1e9).toFixed(3) },
  { heading: 'training clips/s', cell: ({ cost }) => cost && threeDigits(cost.trainClipsPerSecond) },
  { heading: 'ms a clip', cell: ({ cost }) => cost && threeDigits(cost.latencyMs) },
  { heading: 'seed', cell: ({ plan }) => String(plan.seed) },
  { heading: 'steps', cell: (row) => result(row)?.steps.toString() },
  { heading: 'minutes', cell: (row) => result(row) && row.record!.minutes.toFixed(1) },
  { heading: VERDICT, always: true, cell: (row) => interval(result(row)?.validation) },
  { heading: 'val top-5', cell: (row) => share(result(row)?.validation.top5) },
  { heading: 'order pairs', cell: (row) => share(result(row)?.validation.order) },
  { heading: 'test top-1', cell: (row) => interval(result(row)?.test) },
  { heading: 'test order pairs', cell: (row) => share(result(row)?.test?.order) },
];

/** The whole page; the pictures are in the same folder. */
export function comparisonPage(rows: readonly Row[], setting: Setting): string {
  const parts = [
    '# Comparison of networks',
    `One row per network and seed, from\n\n    ${setting.command}\n\non ${setting.machine}. Running it again trains only the rows that are missing.`,
    table(rows),
    explanation(rows, setting),
    rows.some((row) => row.cost && result(row)) &&
      '![Top-1 accuracy against multiply-accumulates per clip](cost.png)',
    rows.some((row) => typeof result(row)?.validation.order === 'number') &&
      '![Accuracy on gestures that differ only in the order of their frames](order.png)',
    failures(rows),
    commands(rows, setting),
  ];
  return `${parts.filter((part) => typeof part === 'string').join('\n\n')}\n`;
}

function table(rows: readonly Row[]): string {
  const shown = COLUMNS.filter(({ cell, always }) => always || rows.some((row) => cell(row) !== undefined));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(shown.map(({ heading }) => heading)),
    line(shown.map(({ text }) => (text ? '---' : '---:'))),
    ...rows.map((row) => line(shown.map(({ heading, cell }) => cell(row) ?? absent(row, heading)))),
  ].join('\n');
}

/** Why a cell is empty. */
const absent = ({ error, record }: Row, heading: string): string =>
  heading !== VERDICT ? '' : error !== undefined ? 'failed' : record === undefined ? 'to do' : 'unfinished';

function inputOf({ plan: { config } }: Row): string {
  const { frames, crop, sampling, stride } = config;
  const from = sampling === 'uniform' ? 'all over' : `every ${ordinal(stride)}`;
  return `${frames}x${crop.height}x${crop.width}, ${from}`;
}

const ordinal = (n: number): string => (n === 1 ? 'frame' : n === 2 ? '2nd' : n === 3 ? '3rd' : `${n}th`);

const share = (value: number | null | undefined): string | undefined =>
  typeof value === 'number' ? percent(value) : undefined;

function interval(scores: Scores | null | undefined): string | undefined {
  if (!scores) return undefined;
  const [low, high] = wilson(scores.top1, scores.clips).map((end) => (100 * end).toFixed(1));
  return `${percent(scores.top1)} (${low}-${high})`;
}

function explanation(rows: readonly Row[], { test }: Setting): string {
  const done = rows.map(result).find((found) => found !== undefined);
  const cost = rows.find((row) => row.cost !== undefined)?.cost;
  const sentences = [
    cost &&
      `Training clips/s: steps of ${cost.batchSize} clips in memory. ms a clip: inference on a single clip. Both are medians on ${cost.device} with ${plural(cost.threads, 'thread')}. Minutes include decoding, validation and other load on the machine.`,
    done &&
      `Validation figures are from the best epoch, which was chosen on the same ${done.validation.clips} clips.`,
    done?.test &&
      `Test figures are from \`${test ?? 'the test list'}\`, a held-out set of ${done.test.clips} clips.`,
    'In parentheses: the 95 % Wilson interval for this number of clips. Order pairs: accuracy of choosing between two gestures that differ only in the order of their frames; chance is 50 %.',
  ];
  return sentences.filter(Boolean).join(' ');
}

function failures(rows: readonly Row[]): string | false {
  const failed = rows.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return false;
  const lines = failed.map(({ plan, error }) => `- \`${plan.config.name}\`: ${error}`);
  return `## Failures\n\n${lines.join('\n')}`;
}

function commands(rows: readonly Row[], { config }: Setting): string {
  const blocks = rows.map(({ plan }) => rowCommand(plan, config));
  return `## Commands for each row\n\n\`\`\`sh not run: minutes to hours each\n${blocks.join('\n')}\n\`\`\``;
}
