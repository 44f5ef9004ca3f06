/**
 * The rows of a comparison: each network with each seed, and its configuration. A row is the base configuration with a
 * list of `key=value` settings, so that the same list is the command that reproduces it.
 */
import { join } from 'node:path';
import { canonicalKey, loadConfig, type RunConfig } from '../config/index.js';
import type { NetworkEntry } from '../model/network.js';
import { shellQuote } from '../shell.js';
import type { Candidate } from './candidate.js';

export interface ComparePlan {
  /** The configuration that all rows share, a JSON file. */
  readonly config: string;
  /** The networks to compare, each with settings of its own. */
  readonly candidates: readonly Candidate[];
  /** Random seeds: a row for each network and seed. */
  readonly seeds: readonly number[];
  /** One budget for all. Default: the configuration's. */
  readonly budget?: { readonly steps: number } | { readonly epochs: number };
  /** Settings of all rows, as for `kinora train --set`. */
  readonly set?: readonly string[];
  /** Folder of the run folders. */
  readonly runs: string;
}

export interface RowPlan {
  readonly candidate: Candidate;
  readonly seed: number;
  /** The arguments for `kinora train --config FILE`, apart from the file. */
  readonly settings: readonly string[];
  readonly config: RunConfig;
}

/** All rows, seeds last, so that every network has a result early. Throws `config/*`. */
export async function planRows(plan: ComparePlan): Promise<RowPlan[]> {
  const file = await loadConfig(plan.config);
  const base = await loadConfig(plan.config, { set: plan.set ?? [] });
  const rows: RowPlan[] = [];
  for (const seed of plan.seeds) {
    for (const candidate of plan.candidates) {
      const all = rowSettings(plan, base, candidate, seed);
      const config = await loadConfig(plan.config, { set: all });
      rows.push({ candidate, seed, settings: needed(all, file, config), config });
    }
  }
  return rows;
}

function rowSettings(plan: ComparePlan, base: RunConfig, candidate: Candidate, seed: number): string[] {
  const { budget } = plan;
  const length =
    budget === undefined
      ? []
      : 'steps' in budget
        ? [`maxSteps=${budget.steps}`, 'epochs=-1']
        : [`epochs=${budget.epochs}`, 'maxSteps=null'];
  return [
    `outputDir=${plan.runs}`,
    `name=${rowName(candidate, seed)}`,
    `model=${candidate.network.name}`,
    ...inputSettings(candidate.network, base),
    ...length,
    `seed=${seed}`,
    ...(plan.set ?? []),
    ...candidate.settings,
  ];
}

/** The settings that change the file's values, the last one of each key. */
function needed(settings: readonly string[], file: RunConfig, row: RunConfig): string[] {
  const keys = settings.map((setting) => canonicalKey(setting.slice(0, setting.indexOf('='))));
  return settings.filter((_, i) => {
    const top = keys[i]!.split('.')[0] as keyof RunConfig;
    return keys.lastIndexOf(keys[i]!) === i && JSON.stringify(file[top]) !== JSON.stringify(row[top]);
  });
}

export const rowName = ({ name }: Candidate, seed: number): string => `${name}-seed${seed}`;

/**
 * The number of frames and the size that a network was designed for. Its frames cover the same length of time as in the
 * base configuration, so that no network sees more of the video than another.
 */
export function inputSettings({ input, sampling }: NetworkEntry, base: RunConfig): string[] {
  const [frames, height, width] = input;
  const span = base.frames * base.stride;
  const crop = height === width ? String(height) : JSON.stringify({ height, width });
  // A single frame is taken from the middle of the video, not from its beginning.
  const segments = sampling === 'segments' || frames === 1;
  return [
    `frames=${frames}`,
    `stride=${Math.max(1, Math.round(span / frames))}`,
    `crop=${crop}`,
    ...(segments ? ['sampling=uniform'] : []),
  ];
}

/** The commands that reproduce a row. */
export function rowCommand({ settings, config }: RowPlan, file: string): string {
  const set = settings.map((setting) => `--set ${shellQuote(setting)}`).join(' ');
  return `kinora train --config ${shellQuote(file)} ${set}\nkinora eval ${shellQuote(join(config.outputDir, config.name))}`;
}
