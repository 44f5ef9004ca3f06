/**
 * Mixup (Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018) and CutMix (Yun et al., ICCV 2019) on
 * clips: each clip of a batch is blended with a partner, or shows it in a box that stands still through time, and its
 * target is shared between the two labels. What is drawn depends on (seed, epoch, batch) alone.
 */

import { type Box, permutation, type Random, randomStream, type Size } from '@kinora/clip';
import { noGrad, scope, slice, type Tensor } from '@kinora/torch';

export interface Mixing {
  /** Parameters of the beta distribution that the share is drawn from; 0: never. With both, a batch has either. */
  readonly mixup: number;
  readonly cutmix: number;
  readonly seed: number;
}

/** What was drawn for one batch. */
export interface Mix {
  /** For each clip the position of its partner in the batch, `[N]`. */
  readonly partners: Uint32Array;
  /** Share of the clip itself, in [0, 1]; the rest is its partner's. */
  readonly share: number;
  /** CutMix: where every frame shows the partner. Absent: the whole clips are blended. */
  readonly box?: Box;
}

/** Names the stream of the mixing among those of the clips, whose second part is the clip's index. */
const MIX = 0xfffffffe;

/** The mix of a batch of `clips` clips; undefined where none is configured. */
export function drawMix(
  { mixup, cutmix, seed }: Mixing,
  { epoch, number, clips, frame }: { epoch: number; number: number; clips: number; frame: Size },
): Mix | undefined {
  if (mixup === 0 && cutmix === 0) return undefined;
  const random = randomStream(seed, epoch, MIX, number);
  const cut = cutmix > 0 && (mixup === 0 || random.uniform() < 0.5);
  const share = symmetricBeta(cut ? cutmix : mixup, random);
  const partners = permutation(clips, random);
  return cut ? { partners, ...drawBox(share, frame, random) } : { partners, share };
}

/** A box of the share's complement around a random centre, cut off at the frame's edge as in the paper. */
function drawBox(share: number, { height, width }: Size, random: Random): Pick<Mix, 'share' | 'box'> {
  const side = Math.sqrt(1 - share);
  const [top, bottom] = stretch(side * height, height, random);
  const [left, right] = stretch(side * width, width, random);
  const box = { top, left, height: bottom - top, width: right - left };
  return { box, share: 1 - (box.height * box.width) / (height * width) };
}

function stretch(length: number, limit: number, random: Random): [from: number, to: number] {
  const centre = random.below(limit);
  const half = Math.floor(length) / 2;
  return [Math.max(0, Math.floor(centre - half)), Math.min(limit, Math.floor(centre + half))];
}

/** Clips `[N, C, T, H, W]` mixed with their partners of the same shape, in place of `own`. */
export function mixClips(own: Tensor, partner: Tensor, { share, box }: Pick<Mix, 'share' | 'box'>): Tensor {
  return noGrad(() =>
    scope(() => {
      if (box === undefined) return own.mul_(share).add_(partner, { alpha: 1 - share });
      const inside = [
        '...' as const,
        slice(box.top, box.top + box.height),
        slice(box.left, box.left + box.width),
      ];
      own.index(...inside).copy_(partner.index(...inside));
      return own;
    }),
  );
}

/** A draw from Beta(alpha, alpha), in [0, 1]; `alpha` above 0. Two gamma variates, in logarithms: small alphas underflow. */
export function symmetricBeta(alpha: number, random: Random): number {
  const difference = logGamma(alpha, random) - logGamma(alpha, random);
  return 1 / (1 + Math.exp(-difference));
}

/** Logarithm of a Gamma(alpha, 1) variate: Marsaglia and Tsang 2000, with their boost below 1. */
function logGamma(alpha: number, random: Random): number {
  if (alpha < 1) return logGamma(alpha + 1, random) + Math.log(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x * x * 0.5 + d * (1 - v + Math.log(v)))
      return Math.log(d * v);
  }
}

/** Box and Muller 1958; the second of the pair is not kept, so that a draw depends on nothing before it. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}
