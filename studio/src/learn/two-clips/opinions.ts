/** What the site's networks say to one clip. */
import type { Frames } from 'kinora/clip';
import { look, openNetwork } from '../../network/open.js';
import { site } from '../../site/open.js';
import { meanVote } from './order.js';

export interface Opinions {
  /** Probabilities `[classes]` of the network that sees all frames at once. */
  readonly clip: ArrayLike<number>;
  /** Of the network of single frames: what it says to each frame, and the mean. */
  readonly frames?: { readonly each: readonly Float32Array[]; readonly mean: ArrayLike<number> };
}

export async function opinionsOf(frames: Frames): Promise<Opinions> {
  const { run, frameRun } = site();
  const { probabilities } = await look(await openNetwork(run), frames.data, false);
  if (frameRun === undefined) return { clip: probabilities };
  const { recognizer } = await openNetwork(frameRun);
  const each = (await recognizer.predictPrepared(frames.data.slice())).map((seen) => seen.probabilities);
  return { clip: probabilities, frames: { each, mean: meanVote(each) } };
}
