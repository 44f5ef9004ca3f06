/** The predictions that a report keeps for other programs, `logits.npy` and `targets.npy`, read back. */
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import { readNumbers } from '../files/npy.js';

export interface StoredPredictions {
  /** `[N, classes]` */
  readonly logits: Float32Array;
  /** Class indices `[N]`. */
  readonly targets: Int32Array;
}

/**
 * Of so many clips and classes.
 * @throws KinoraError `evaluation/damaged` for files that disagree
 */
export function readStoredPredictions(report: string, clips: number, classes: number): StoredPredictions {
  const logits = Float32Array.from(readNumbers(join(report, 'logits.npy')));
  const targets = Int32Array.from(readNumbers(join(report, 'targets.npy')));
  if (
    logits.length === clips * classes &&
    targets.length === clips &&
    targets.every((target) => target >= 0 && target < classes)
  )
    return { logits, targets };
  throw kinoraError('evaluation/damaged', report, `${clips} clips in every file`, 'others', {
    hint: 'evaluate the run again',
  });
}
