/**
 * The runs behind the figure on overfitting, trained by studio/scripts/overfitting.mjs. They use one network and the same
 * few clips and differ only in their remedies against overfitting.
 */
import type { Epoch } from './epoch.js';
import made from './overfitting.json';

export const REMEDIES = ['batch norm', 'augmentation', 'dropout'] as const;
export type Remedy = (typeof REMEDIES)[number];

export interface Trial {
  readonly name: string;
  readonly remedies: readonly Remedy[];
  readonly epochs: readonly Epoch[];
  /** Means over the last epochs: a single epoch of so few clips is noisy. */
  readonly end: { readonly top1: number; readonly val_top1: number; readonly val_loss: number };
}

/** Epochs that `end` is the mean of. */
export const LAST = 10;

export const { runs: _, ...setting } = made;

export const trials: readonly Trial[] = made.runs.map(({ remedies, epochs: rows }) => {
  const epochs = rows.map((row, i): Epoch => {
    const [loss, top1, val_loss, val_top1] = row;
    return { epoch: i + 1, loss, top1, val_loss, val_top1 };
  });
  const end = {
    top1: mean(epochs, 'top1'),
    val_top1: mean(epochs, 'val_top1'),
    val_loss: mean(epochs, 'val_loss'),
  };
  return { name: nameOf(remedies), remedies: remedies as Remedy[], epochs, end };
});

function nameOf(remedies: readonly string[]): string {
  if (remedies.length === REMEDIES.length) return 'all three';
  return remedies.join(' + ') || 'nothing';
}

function mean(epochs: readonly Epoch[], key: keyof Epoch): number {
  const last = epochs.slice(-LAST);
  return last.reduce((sum, epoch) => sum + epoch[key]!, 0) / last.length;
}
