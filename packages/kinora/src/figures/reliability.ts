/** A reliability diagram: how often predictions are right, by how sure they are. */
import { el, type Markup } from './svg.js';
import type { Theme } from './theme.js';
import { percent, wholePercent } from './words.js';

/** Predictions of similar confidence; means, NaN without predictions. */
export interface Bin {
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

export const RELIABILITY = { width: 360, height: 330 } as const;
const [LEFT, RIGHT, TOP, BOTTOM] = [52, RELIABILITY.width - 14, 34, RELIABILITY.height - 46];

/** The content of a picture of `RELIABILITY`'s size: bars of accuracy, and the diagonal on which they should end. */
export function reliabilityChart(title: string, bins: readonly Bin[], theme: Theme): Markup[] {
  const x = (share: number): number => LEFT + share * (RIGHT - LEFT);
  const y = (share: number): number => BOTTOM - share * (BOTTOM - TOP);
  const width = (RIGHT - LEFT) / bins.length;
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return [
    el('text', { x: LEFT, y: 20, fill: theme.ink, 'font-size': 13, 'font-weight': 600 }, title),
    ...ticks.flatMap((share) => [
      el('line', { x1: LEFT, x2: RIGHT, y1: y(share), y2: y(share), stroke: theme.rule }),
      el(
        'text',
        { x: LEFT - 8, y: y(share) + 4, 'text-anchor': 'end', fill: theme.muted },
        wholePercent(share),
      ),
      el(
        'text',
        { x: x(share), y: BOTTOM + 18, 'text-anchor': 'middle', fill: theme.muted },
        wholePercent(share),
      ),
    ]),
    ...bins.flatMap(({ count, confidence, accuracy }, i) => {
      if (count === 0) return [];
      const words = `${count} of ${total} predictions, ${percent(confidence)} sure, ${percent(accuracy)} right`;
      return [
        el(
          'g',
          { class: 'cell' },
          el('rect', {
            x: LEFT + i * width + 1,
            y: y(accuracy),
            width: width - 2,
            height: Math.max(1, BOTTOM - y(accuracy)),
            fill: theme.blue,
            'fill-opacity': 0.25 + 0.65 * Math.sqrt(count / total),
          }),
          el('title', {}, words),
        ),
      ];
    }),
    el('line', {
      x1: x(0),
      y1: y(0),
      x2: x(1),
      y2: y(1),
      stroke: theme.orange,
      'stroke-dasharray': '5 4',
    }),
    el(
      'text',
      { x: RIGHT, y: RELIABILITY.height - 8, 'text-anchor': 'end', fill: theme.muted },
      'probability of the prediction →',
    ),
  ];
}
