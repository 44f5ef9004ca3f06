/** A comparison as Markdown: the table, what went wrong, and the commands that make each row again. */
import { percent, plural, threeDigits } from '../figures/words.js';
import { wilson } from '../measure/interval.js';
import type { Row } from './compare.js';
import type { Scores } from './data.js';
import { rowCommand } from './plan.js';

export interface Setting {
  /** The base configuration's file. */
  readonly config: string;
  /** The test list, where there is one. */
  readonly test?: string;
  /** Processor, threads, engine. */
  readonly machine: string;
  /** The command that makes all of it. */
  readonly command: string;
}

interface Column {
  readonly heading: string;
  readonly cell: (row: Row) => string | undefined;
  readonly text?: true;
  /** Shown even where nobody has it yet. */
  readonly always?: true;
}

const result = ({ record }: Row) => record?.result;

/** The column that also says how far a row is. */
const VERDICT = 'val top-1';

const COLUMNS: readonly Column[] = [
  { heading: 'network', text: true, cell: ({ plan }) => plan.entrant.name },
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

/** The whole page; pictures stand beside it. */
export function comparisonPage(rows: readonly Row[], setting: Setting): string {
  const parts = [
    '# Networks compared',
    `One row a network and seed, made by\n\n    ${setting.command}\n\non ${setting.machine}. What is finished is not done again.`,
    table(rows),
    explanation(rows, setting),
    rows.some((row) => row.cost && result(row)) &&
      '![Top-1 accuracy against multiply-accumulates of a clip](cost.png)',
    rows.some((row) => typeof result(row)?.validation.order === 'number') &&
      '![Accuracy on the gestures that differ only in the order of their frames](order.png)',
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
  const { clip_size, crop, sampling, step_size } = config;
  const from = sampling === 'uniform' ? 'all over' : `every ${ordinal(step_size)}`;
  return `${clip_size}x${crop.height}x${crop.width}, ${from}`;
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
      `Training clips/s are of steps of ${cost.batchSize} clips that lie in memory, ms a clip of one clip alone, both the median of several, on ${cost.device} with ${plural(cost.threads, 'thread')}; minutes include decoding, validation and whatever else the machine did.`,
    done &&
      `Validation figures are of the best epoch, which was chosen on the same ${done.validation.clips} clips.`,
    done?.test &&
      `The test figures are of \`${test ?? 'the test list'}\`: ${done.test.clips} clips that decided nothing.`,
    'In brackets: the 95 % interval that the number of clips allows (Wilson). Order pairs: gestures that differ only in the order of their frames, forced to choose between the two; chance is 50 %.',
  ];
  return sentences.filter(Boolean).join(' ');
}

function failures(rows: readonly Row[]): string | false {
  const failed = rows.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return false;
  const lines = failed.map(({ plan, error }) => `- \`${plan.config.model_name}\`: ${error}`);
  return `## What went wrong\n\n${lines.join('\n')}`;
}

function commands(rows: readonly Row[], { config }: Setting): string {
  const blocks = rows.map(({ plan }) => rowCommand(plan, config));
  return `## Each row by itself\n\n\`\`\`sh not run: minutes to hours each\n${blocks.join('\n')}\n\`\`\``;
}
