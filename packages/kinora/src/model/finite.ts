/** Detects diverged training before it is saved over a good checkpoint. */
import { type KinoraError, kinoraError, noGrad, scope } from '@kinora/torch';
import type { Network } from './network.js';

/** Throws `train/not-finite` for a loss that is not finite. */
export function checkLoss(loss: number, what = 'loss'): void {
  if (!Number.isFinite(loss)) throw notFinite(`a finite ${what}`, String(loss));
}

/** Throws `train/not-finite` naming the first parameter or buffer that holds a NaN or an infinity. */
export function checkWeights(network: Network): void {
  scope(() =>
    noGrad(() => {
      for (const [name, tensor] of network.stateDict())
        if (!tensor.isfinite().all().item())
          throw notFinite('finite weights', `values in ${name} that are not`);
    }),
  );
}

function notFinite(expected: string, received: string): KinoraError {
  return kinoraError('train/not-finite', undefined, expected, received, {
    hint: 'training has diverged; the last checkpoint is kept: lower lr, or set clipGradNorm or warmupSteps',
  });
}
