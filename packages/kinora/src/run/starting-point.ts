/**
 * Checkpoints as the starting point wrote them, for configurations that ask for its files: `checkpoint.pth.tar` and
 * `model_best.pth.tar` holding `{epoch, arch, state_dict, best_prec1}`, which its `--eval_only` line and PyTorch read.
 */
import { extname, join } from 'node:path';
import { serialize } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import type { Network } from '../model/network.js';
import type { TrainingProgress } from './checkpoint.js';
import { runFolderOf } from './run-folder.js';

/** Whether the configuration names such a file: to read, as there; they are written where all of the run is. */
export const wantsTar = ({ checkpoint }: RunConfig): boolean =>
  checkpoint !== null && extname(checkpoint) === '.tar';

export function saveTar(
  config: RunConfig,
  network: Network,
  progress: TrainingProgress,
  isBest: boolean,
): void {
  const content = {
    epoch: progress.epoch,
    arch: config.model,
    state_dict: new Map([...network.stateDict()].map(([name, tensor]) => [`module.${name}`, tensor])),
    best_prec1: 100 * (progress.best?.top1 ?? 0),
  };
  const { path } = runFolderOf(config);
  serialize.saveTorch(join(path, 'checkpoint.pth.tar'), content);
  if (isBest) serialize.saveTorch(join(path, 'model_best.pth.tar'), content);
}
