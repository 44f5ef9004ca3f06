/** Early stopping: when training ends, that a resumed run ends there too, and what it needs. */
import { afterAll, expect, test } from 'vitest';
import { effectiveConfig } from '../config/index.js';
import { readMetrics } from '../run/metrics-log.js';
import { runFolderOf } from '../run/run-folder.js';
import { TinyData, trainSession } from './tiny-run.test.util.js';

const data = new TinyData();
afterAll(() => data.remove());
const changes = { epochs: 40, lr: 0.05, patience: 2 };

/** Epochs of a run, and the best of them by the rule of checkpoints, from 1. */
function epochsOf(name: string): { count: number; best: number } {
  const epochs = readMetrics(runFolderOf(data.config(name)).metrics).filter(
    ({ finished_epoch }) => finished_epoch,
  );
  const isBetter = (a: (typeof epochs)[number], b: (typeof epochs)[number]) =>
    Number(a.val_top1) > Number(b.val_top1) ||
    (a.val_top1 === b.val_top1 && Number(a.val_loss) < Number(b.val_loss));
  const best = epochs.reduce((a, b) => (isBetter(b, a) ? b : a));
  return { count: epochs.length, best: epochs.indexOf(best) + 1 };
}

test('training stops once patience is used up, and says why', async () => {
  const { lines } = await trainSession(data.config('stopping', changes));
  const { count, best } = epochsOf('stopping');
  expect(count).toBeLessThan(40);
  expect(count).toBe(best + 2);
  expect(lines).toContain(
    `stopped: 2 epochs without a better validation result than that of epoch ${best} (patience 2)`,
  );
});

test('a run that was interrupted stops at the same epoch, and one that stopped goes on with more patience', async () => {
  const config = data.config('interrupted', changes);
  await trainSession(config, { stopAt: { task: 'epoch 2', update: 1 } });
  await trainSession(config, { resume: true });
  expect(epochsOf('interrupted')).toEqual(epochsOf('stopping'));
  await trainSession(config, { resume: true });
  expect(epochsOf('interrupted')).toEqual(epochsOf('stopping'));
  await trainSession(data.config('interrupted', { ...changes, patience: 3 }), { resume: true });
  expect(epochsOf('interrupted').count).toBeGreaterThan(epochsOf('stopping').count);
});

test('it needs validation clips', async () => {
  const { validationList: _, ...input } = data.input('none', changes);
  await expect(trainSession(effectiveConfig(input))).rejects.toThrow(
    /patience: expected validation clips, whose result it waits for/,
  );
});
