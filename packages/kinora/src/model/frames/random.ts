/** The draws that some networks make in forward. */

import { type Random, randomStream } from '@kinora/clip';
import { ops, scope } from '@kinora/torch';

/** Always the same draws: evaluation must not depend on chance. */
export const fixedRandom = (): Random => randomStream(0);

/** Draws that follow the engine's default generator, whose state a checkpoint holds. */
export const engineRandom = (): Random =>
  randomStream(scope(() => Number(ops.randint(2 ** 31 - 1, [1]).item())));
