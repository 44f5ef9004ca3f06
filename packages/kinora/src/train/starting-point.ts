/**
 * Checkpoints as the starting point wrote them, for configurations that ask for its files: `checkpoint.pth.tar` and
 * `model_best.pth.tar` holding `{epoch, arch, state_dict, best_prec1}`, which its `--eval_only` line and PyTorch read.
 */
import { copyFileSync, renameSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { serialize } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import type { Network } from '../model/network.js';
import type { TrainingProgress } from './checkpoint.js';

/** Whether the configuration names such a file. */
export const wantsTar = ({ checkpoint }: RunConfig): boolean =>
  checkpoint !== null && extname(checkpoint) === '.tar';

export function saveTar(
  config: RunConfig,
  network: Network,
  progress: TrainingProgress,
  isBest: boolean,
): void {
  const folder = dirname(config.checkpoint!);
  const last = join(folder, 'checkpoint.pth.tar');
  serialize.saveTorch(last, {
    epoch: progress.epoch,
    arch: config.model,
    state_dict: new Map([...network.stateDict()].map(([name, tensor]) => [`module.${name}`, tensor])),
    best_prec1: 100 * (progress.best?.top1 ?? 0),
  });
  if (!isBest) return;
  const best = join(folder, 'model_best.pth.tar');
  copyFileSync(last, `${best}.tmp`);
  renameSync(`${best}.tmp`, best);
}
