/**
 * Inflation (Carreira and Zisserman 2017, https://arxiv.org/abs/1705.07750, section 2.4.1): the kernels of a 2D network
 * become those of a 3D network, which keeps what was learned from images. Each kernel is repeated along time and
 * divided by the number of repetitions, so that a still video gives the same output as its frame.
 *
 * This is exact only if kernels see nothing but the video, as in the I3DResNets, which repeat the first and the last
 * frame. Networks that pad time with zeros darken their first and last frames.
 */
import { noGrad, scope, type Tensor } from '@kinora/torch';

/**
 * Replaces the weights `[O, I, H, W]` whose namesake in `target` is `[O, I, T, H, W]` by their inflation and disposes
 * them; returns their names.
 */
export function inflate(target: ReadonlyMap<string, Tensor>, weights: Map<string, Tensor>): string[] {
  const flat = [...target].filter(([name, { shape }]) => isFlat(weights.get(name)?.shape, shape));
  for (const [name, { shape }] of flat) {
    const image = weights.get(name)!;
    weights.set(name, inflated(image, shape[2]!));
    image.dispose();
  }
  return flat.map(([name]) => name);
}

const isFlat = (image: readonly number[] | undefined, clip: readonly number[]): boolean =>
  image?.length === 4 &&
  clip.length === 5 &&
  String(image) === String([...clip.slice(0, 2), ...clip.slice(3)]);

const inflated = (image: Tensor, frames: number): Tensor =>
  noGrad(() => scope(() => image.unsqueeze(2).div(frames).repeat([1, 1, frames, 1, 1])));
