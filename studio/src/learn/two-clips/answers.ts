/** The answers of the site's networks for one clip. */
import type { Frames } from '@kinora/clip';
import { look, openNetwork } from '../../network/open.js';
import { site } from '../../site/open.js';
import { meanVote } from './order.js';

export interface Answers {
  /** Probabilities `[classes]` of the 3D network. */
  readonly clip: ArrayLike<number>;
  /** Of the 2D network, averaged over frames: by the network, or here if it takes one frame at a time. */
  readonly frames?: ArrayLike<number>;
}

export async function answersOf(frames: Frames): Promise<Answers> {
  const { run, frameRun } = site();
  const { probabilities } = await look(await openNetwork(run), frames.data, false);
  if (frameRun === undefined) return { clip: probabilities };
  const { recognizer } = await openNetwork(frameRun);
  const seen = await recognizer.predictPrepared(frames.data.slice());
  return { clip: probabilities, frames: meanVote(seen.map((one) => one.probabilities)) };
}
