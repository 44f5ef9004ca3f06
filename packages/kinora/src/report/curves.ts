/** The learning curves: loss, top-1, top-5 for training and validation, and the learning rate. */
import { CHART, type LineChart, lineChart, type Series } from '../figures/line-chart.js';
import { el, type Markup, picture } from '../figures/svg.js';
import type { Theme } from '../figures/theme.js';
import { percent, wholePercent } from '../figures/words.js';
import type { EpochMetrics } from '../run/metrics-log.js';

type Key = Exclude<keyof EpochMetrics, 'epoch'>;

/** One chart for each measure in the history. */
export function curveCharts(history: readonly EpochMetrics[], theme: Theme): LineChart[] {
  const pair = (key: 'loss' | 'top1' | 'top5') => [
    series(history, 'train', key, theme.blue),
    series(history, 'val', `val_${key}`, theme.orange),
  ];
  const shares = { format: percent, tick: wholePercent, range: [0, 1] } as const;
  const charts: LineChart[] = [
    { title: 'Loss', series: pair('loss'), format: (loss) => loss.toPrecision(3) },
    { title: 'Top-1 accuracy', series: pair('top1'), ...shares },
    { title: 'Top-5 accuracy', series: pair('top5'), ...shares },
    {
      title: 'Learning rate',
      series: [series(history, 'lr', 'lr', theme.muted)],
      format: short,
      tick: short,
      logarithmic: true,
    },
  ];
  return charts
    .map((chart) => ({ ...chart, series: chart.series.filter(({ points }) => points.length > 0) }))
    .filter((chart) => chart.series.length > 0);
}

/** Each chart as a separate `svg` that fills the available width. */
export function curvePictures(history: readonly EpochMetrics[], theme: Theme): Markup[] {
  return curveCharts(history, theme).map((chart) =>
    el(
      'svg',
      { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: 'img', 'aria-label': describe(chart) },
      lineChart(chart, theme),
    ),
  );
}

/** All charts, two per row, as one picture. */
export function curveSheet(history: readonly EpochMetrics[], theme: Theme): Markup {
  const charts = curveCharts(history, theme);
  const gap = 24;
  const width = 2 * CHART.width + 3 * gap;
  const height = Math.ceil(charts.length / 2) * (CHART.height + gap) + gap;
  const place = (i: number) =>
    `translate(${gap + (i % 2) * (CHART.width + gap)} ${gap + Math.floor(i / 2) * (CHART.height + gap)})`;
  return picture(
    { width, height },
    undefined,
    theme,
    charts.map((chart, i) => el('g', { transform: place(i) }, lineChart(chart, theme))),
  );
}

function series(history: readonly EpochMetrics[], name: string, key: Key, colour: string): Series {
  const points = history.flatMap((epoch) => {
    const value = epoch[key];
    return value === undefined || value === null ? [] : [[epoch.epoch, value] as const];
  });
  return { name, colour, points };
}

/** A description of the chart, for screen readers. */
function describe({ title, series, format }: LineChart): string {
  const ends = series.map(
    ({ name, points }) => `${name} from ${format(points[0]![1])} to ${format(points.at(-1)![1])}`,
  );
  return `${title} over ${series[0]!.points.length} epochs: ${ends.join(', ')}`;
}

/** At most three significant digits, as short as possible: `0.5`, `0.0006`, `1.05e-3`, `1.68e-5`. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return String(rounded).length <= 6 ? String(rounded) : rounded.toExponential();
}
