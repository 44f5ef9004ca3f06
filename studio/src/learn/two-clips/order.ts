/** Frames in another order, and votes of single frames: plain arithmetic of the two clips. */
import type { Frames } from '@kinora/clip';

/** The same frames, the last one first. */
export function reversed({ data, count, height, width }: Frames): Frames {
  const size = height * width * 3;
  const turned = new Uint8Array(data.length);
  for (let t = 0; t < count; t++) turned.set(data.subarray(t * size, (t + 1) * size), (count - 1 - t) * size);
  return { data: turned, count, height, width };
}

/** The mean of the probabilities of all frames, `[classes]`, whatever their order. */
export function meanVote(votes: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(votes[0]?.length ?? 0);
  for (const vote of votes) for (const [i, p] of vote.entries()) mean[i] = mean[i]! + p / votes.length;
  return mean;
}

/** Classes by value, the largest first. */
export function ranked(
  values: ArrayLike<number>,
  labels: readonly string[],
  count: number,
): { label: string; score: number }[] {
  return labels
    .map((label, i) => ({ label, score: values[i]! }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}
