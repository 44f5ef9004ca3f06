/** Curves of runs over one axis: steps where values were measured, and nulls between. */
import type { Metrics } from 'kinora/workbench';

export interface Series {
  readonly name: string;
  /** A name of app.css. */
  readonly colour: string;
  readonly dashed?: boolean;
  readonly joined?: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Every curve over the union of all x. */
export function onOneAxis(series: readonly Series[]): {
  x: number[];
  curves: { name: string; colour: string; dashed?: boolean; joined?: boolean; values: (number | null)[] }[];
} {
  const x = [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  const place = new Map(x.map((at, i) => [at, i]));
  const curves = series.map(({ points, ...look }) => {
    const values: (number | null)[] = x.map(() => null);
    for (const [at, value] of points) values[place.get(at)!] = value;
    return { ...look, values };
  });
  return { x, curves };
}

/** Later steps of the same run after those that are known. */
export const extend = (known: Metrics | undefined, more: Metrics): Metrics =>
  known === undefined || more.last < known.last
    ? more
    : {
        steps: [...known.steps, ...more.steps],
        epochs: [...known.epochs, ...more.epochs],
        last: more.last,
      };

type Epoch = Metrics['epochs'][number];
const pointsOf = (epochs: readonly Epoch[], x: 'step' | 'epoch', key: 'val_loss' | 'val_top1' | 'top1') =>
  epochs.flatMap((epoch) => {
    const value = epoch[key];
    return value === undefined ? [] : [[epoch[x], value] as const];
  });

/** Loss by step. */
export const lossOf = ({ steps, epochs }: Metrics, run: string, other: boolean): Series[] => [
  {
    name: `${run}, training`,
    colour: other ? '--muted' : '--time',
    dashed: other,
    joined: true,
    points: steps.flatMap(({ step, loss }) => (loss === null ? [] : [[step, loss] as const])),
  },
  {
    name: `${run}, validation`,
    colour: other ? '--strong-line' : '--accent',
    dashed: other,
    joined: true,
    points: pointsOf(epochs, 'step', 'val_loss'),
  },
];

/** Top-1 by epoch. */
export const accuracyOf = ({ epochs }: Metrics, run: string, other: boolean): Series[] => [
  {
    name: `${run}, training`,
    colour: other ? '--muted' : '--time',
    dashed: other,
    joined: true,
    points: pointsOf(epochs, 'epoch', 'top1'),
  },
  {
    name: `${run}, validation`,
    colour: other ? '--strong-line' : '--accent',
    dashed: other,
    joined: true,
    points: pointsOf(epochs, 'epoch', 'val_top1'),
  },
];
