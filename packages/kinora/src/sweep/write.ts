/** Writes a sweep's folder: `README.md` with the table, `parallel.png|svg`, and `sweep.json` for other programs. */
import { join } from 'node:path';
import { type ParallelAxis, parallelChart } from '../figures/parallel.js';
import { fileTheme } from '../figures/theme.js';
import { percent } from '../figures/words.js';
import { writeRecord } from '../files/record.js';
import { reportFolder } from '../report/folder.js';
import { shellQuote } from '../shell.js';
import type { SearchSpace } from './space.js';
import { lastRung, type Sweep, type SweepTrial } from './sweep.js';

export interface SweepSetting {
  /** The base configuration's file. */
  readonly config: string;
  /** The command that reproduces the sweep. */
  readonly command: string;
}

/**
 * Writes what {@link sweep} found into a folder, which is made if need be: the table with the command that reproduces it, and a
 * parallel-coordinates chart with a line for each trial that finished a rung.
 */
export async function writeSweep(folder: string, sweep: Sweep, setting: SweepSetting): Promise<void> {
  const { write, draw } = await reportFolder(folder);
  const axes = Object.entries(sweep.space).map(axisOf);
  const lines = sweep.trials.flatMap((trial) => {
    const rung = lastRung(trial);
    if (rung === undefined) return [];
    const values = axes.map(({ name, scale }) => {
      const value = trial.plan.point[name];
      return scale.kind === 'choice' ? textOf(value) : Number(value);
    });
    return [{ name: trial.plan.config.name, values, result: rung.top1 }];
  });
  const picture = lines.length === 0 ? undefined : parallelChart(axes, lines, 'validation top-1', fileTheme);
  draw('parallel', picture, ['svg', 'png']);
  writeRecord(join(folder, 'sweep.json'), {
    rungs: sweep.rungs,
    space: sweep.space,
    trials: sweep.trials.map(({ plan, record, error }) => ({
      name: plan.config.name,
      point: plan.point,
      minutes: record?.minutes ?? null,
      rungs: record?.result?.rungs ?? [],
      error: error ?? null,
    })),
  });
  write('README.md', pageOf(sweep, setting, picture !== undefined));
}

function axisOf([name, dimension]: [string, SearchSpace[string]]): ParallelAxis {
  if ('choice' in dimension) return { name, scale: { kind: 'choice', values: dimension.choice.map(textOf) } };
  return 'lin' in dimension
    ? { name, scale: { kind: 'lin', ends: dimension.lin } }
    : { name, scale: { kind: 'log', ends: dimension.log } };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Rows of the table, the best first: name, settings, epochs, minutes, accuracy. */
export function sweepRows({ space, trials }: Sweep): string[][] {
  return trials.map((trial) => {
    const rung = lastRung(trial);
    return [
      trial.plan.config.name,
      ...Object.keys(space).map((key) => textOf(trial.plan.point[key])),
      rung?.epochs.toString() ?? '',
      trial.record?.minutes.toFixed(1) ?? '',
      trial.error !== undefined ? 'failed' : rung === undefined ? 'to do' : percent(rung.top1),
    ];
  });
}

export const sweepHeadings = ({ space }: Sweep): string[] => [
  'trial',
  ...Object.keys(space),
  'epochs',
  'minutes',
  'val top-1',
];

/** The command that trains the best trial again; undefined while none has a result. */
export function bestCommand({ trials }: Sweep, { config }: SweepSetting): string | undefined {
  const [best] = trials;
  if (best === undefined || lastRung(best) === undefined) return undefined;
  const settings = best.plan.settings.filter((setting) => !/^(outputDir|name)=/.test(setting));
  return `kinora train --config ${shellQuote(config)} ${settings.map((one) => `--set ${shellQuote(one)}`).join(' ')}`;
}

function pageOf(sweep: Sweep, setting: SweepSetting, drawn: boolean): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const headings = sweepHeadings(sweep);
  const best = bestCommand(sweep, setting);
  const failed = sweep.trials.filter(({ error }) => error !== undefined);
  const parts = [
    '# Sweep',
    `From\n\n    ${setting.command}\n\nRunning it again does what is missing. Rungs end after ${sweep.rungs.join(', ')} epochs.`,
    [
      line(headings),
      line(headings.map((_, i) => (i === 0 ? '---' : '---:'))),
      ...sweepRows(sweep).map(line),
    ].join('\n'),
    'Validation figures are those of the best epoch so far, and the first line is the best of all trials on the same clips: both are optimistic. Judge it on test clips.',
    ...(drawn ? ['![Settings and accuracy of all trials](parallel.png)'] : []),
    ...(best === undefined ? [] : [`## The best\n\n\`\`\`sh not run: trains a network\n${best}\n\`\`\``]),
    ...(failed.length === 0 ? [] : [`## Failures\n\n${failed.map(failure).join('\n')}`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const failure = ({ plan, error }: SweepTrial): string => `- \`${plan.config.name}\`: ${error}`;
