/** The worst clips: the caption of each film strip, and all strips as one picture. */
import { softmax } from '@kinora/clip';
import { el, type Markup, picture } from '../figures/svg.js';
import type { Theme } from '../figures/theme.js';
import { percent } from '../figures/words.js';
import type { ReportData } from './data.js';
import { dataUri, filmStrip, type Strip } from './strips.js';

export interface Mistake {
  id: string;
  target: string;
  predicted: string;
  /** Probability of the predicted class, and of the true one. */
  confidence: number;
  truth: number;
  strip: Strip;
}

/** The prediction for each clip that is shown. */
export function mistakes({ worst, evaluation, labels }: ReportData): Mistake[] {
  const classes = labels.length;
  return worst.map(({ index, frames }) => {
    const p = softmax(evaluation.logits.subarray(index * classes, (index + 1) * classes));
    const target = evaluation.targets[index]!;
    const predicted = p.indexOf(Math.max(...p));
    return {
      id: evaluation.ids[index]!,
      target: labels[target]!,
      predicted: labels[predicted]!,
      confidence: p[predicted]!,
      truth: p[target]!,
      strip: filmStrip(frames),
    };
  });
}

/** `predicted Swiping Right (93%), true Swiping Left (2%)` */
export function verdict({ target, predicted, confidence, truth }: Mistake): string {
  return `predicted ${predicted} (${percent(confidence)}), true ${target} (${percent(truth)})`;
}

/** All strips below each other, for a file. */
export function mistakeSheet(shown: readonly Mistake[], theme: Theme): Markup {
  const margin = 24;
  const width = Math.max(560, ...shown.map(({ strip }) => strip.width)) + 2 * margin;
  const places: number[] = [margin];
  for (const { strip } of shown) places.push(places.at(-1)! + strip.height + 40);
  const height = places.at(-1)!;
  return picture(
    { width, height },
    undefined,
    theme,
    shown.map((mistake, i) => {
      const { strip } = mistake;
      const size = { width: strip.width, height: strip.height };
      return [
        el(
          'text',
          { x: margin, y: places[i]! + 10, 'font-size': 13, fill: theme.ink },
          `${mistake.id}: ${verdict(mistake)}`,
        ),
        el('image', { x: margin, y: places[i]! + 18, ...size, href: dataUri(strip) }),
      ];
    }),
  );
}
