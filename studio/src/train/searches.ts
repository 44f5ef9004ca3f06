/** Searches for settings: what the page asks for, and how it shows what they found. */
import type { Recipe, Search } from 'kinora/workbench';
import type { Json, Settings } from './settings.js';

export type Space = Recipe['space'];
export type Range = Extract<Search, { kind: 'lr-find' }>;
export type Sweep = Extract<Search, { kind: 'sweep' }>;

/** A range of the search space as fields of a form. */
export interface Row {
  readonly key: string;
  readonly scale: 'lin' | 'log';
  readonly chosen: boolean;
  readonly low: number;
  readonly high: number;
}

export const rowsOf = (space: Space): Row[] =>
  Object.entries(space).flatMap(([key, dimension]): Row[] => {
    if ('choice' in dimension) return [];
    const scale = 'log' in dimension ? 'log' : 'lin';
    const [low, high] = 'log' in dimension ? dimension.log : dimension.lin;
    return [{ key, scale, chosen: true, low, high }];
  });

export const spaceOf = (rows: readonly Row[]): Space =>
  Object.fromEntries(
    rows
      .filter(({ chosen }) => chosen)
      .map(({ key, scale, low, high }) => [
        key,
        scale === 'log' ? { log: [low, high] } : { lin: [low, high] },
      ]),
  );

/** The range of losses in which the descent is seen, as in the picture that `kinora lr-find` draws: a diverging loss leaves it. */
export function lossRange({ steps }: Pick<Range, 'steps'>): [number, number] {
  const losses = steps.map(({ smoothed }) => smoothed);
  const lowest = Math.min(...losses);
  const start = Math.max(...losses.slice(0, Math.ceil(losses.length / 3)));
  const height = start - lowest;
  return [lowest - 0.15 * height, start + 0.6 * Math.max(height, 0.1)];
}

/** Two significant digits, as the command line prints a learning rate. */
export const rate = (lr: number): number => Number(lr.toPrecision(2));

/** Settings of a trial. Parts of a key (`augment.rotation`) are put into its value, which is `known` otherwise. */
export function settingsOf(point: Settings, known: Settings): Settings {
  const settings: Record<string, Json> = {};
  for (const [path, value] of Object.entries(point)) {
    const [key, ...parts] = path.split('.') as [string, ...string[]];
    settings[key] = within(settings[key] ?? known[key], parts, value);
  }
  return settings;
}

function within(whole: Json | undefined, [part, ...rest]: readonly string[], value: Json): Json {
  if (part === undefined) return value;
  const object =
    typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? (whole as Settings) : {};
  return { ...object, [part]: within(object[part], rest, value) };
}
