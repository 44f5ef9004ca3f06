/** A small evaluation for the tests of the report: 3 classes, 6 clips, 2 mistakes, moving grey frames. */
import type { Frames } from '@kinora/clip';
import type { ReportData } from './data.js';

/** Frames `[count, height, width, 3]`; frame t is grey of value `10 t`. */
export function greyFrames(count: number, height = 20, width = 30): Frames {
  const data = new Uint8Array(count * height * width * 3);
  for (let t = 0; t < count; t++) data.fill(10 * t, t * height * width * 3, (t + 1) * height * width * 3);
  return { data, count, height, width };
}

export function trialReport(change: Partial<ReportData> = {}): ReportData {
  const labels = ['Swiping Left', 'Swiping Right', 'Stop Sign'];
  return {
    name: 'trial',
    split: 'validation',
    date: '2025-01-02T03:04:05Z',
    config: { lr: 0.001, augment: { rotation: 10 } },
    labels,
    history: [
      { epoch: 1, loss: 1.2, top1: 0.3, top5: 0.9, val_loss: 1.1, val_top1: 0.4, val_top5: 1, lr: 0.001 },
      { epoch: 2, loss: 0.8, top1: 0.6, top5: 1, val_loss: 0.9, val_top1: 0.7, val_top5: 1, lr: 0.0006 },
    ],
    evaluation: {
      ids: ['10', '11', '12', '13', '14', '15'],
      targets: Int32Array.of(0, 0, 1, 1, 2, 2),
      logits: Float32Array.of(3, 0, 0, 0, 2, 0, 0, 3, 0, 4, 0, 0, 0, 0, 3, 0, 0, 3),
    },
    worst: [
      { index: 3, frames: greyFrames(12) },
      { index: 1, frames: greyFrames(12) },
    ],
    facts: [['Parameters', '3.89 M']],
    ...change,
  };
}
