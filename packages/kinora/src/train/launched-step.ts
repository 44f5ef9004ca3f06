/** A step that a GPU may still be at: what it will say of itself, on its way to the program. */
import type { Readback } from '@kinora/torch';
import { checkLoss } from '../model/finite.js';

export interface StepResult {
  /** Mean cross-entropy of the batch, in nats; where ranks share it, this rank's summand of that. */
  readonly loss: number;
  /** `[N, classes]`, before the update. */
  readonly logits: Float32Array;
  /** Class indices `[N]`: of a mixed clip the one that weighs most. */
  readonly labels: BigInt64Array;
}

export class LaunchedStep {
  readonly #said: Readback;
  readonly #labels: BigInt64Array;

  /** @param said the loss of each part of the batch, then the logits of each */
  constructor(said: Readback, labels: BigInt64Array) {
    this.#said = said;
    this.#labels = labels;
  }

  /** Waits until the step is done, while the event loop goes on. */
  arrival(): Promise<void> {
    return this.#said.arrival();
  }

  /** To be called once; waits for the device where the step is not done. @throws KinoraError `train/not-finite` */
  read(): StepResult {
    return this.#said.take((copies) => {
      const parts = copies.length / 2;
      const losses = copies.slice(0, parts).map((loss) => Number(loss.item()));
      const logits = copies.slice(parts).flatMap((part) => [...(part.toTypedArray() as Float32Array)]);
      for (const loss of losses) checkLoss(loss);
      return {
        loss: losses.reduce((sum, loss) => sum + loss, 0),
        logits: Float32Array.from(logits),
        labels: this.#labels,
      };
    });
  }

  /** Gives up what it would say. */
  dispose(): void {
    this.#said.dispose();
  }
}
