/** A batch, and the parts of it that go through the network one after the other, each clip with its partner of the mix. */
import type { InputBatch } from '../model/input.js';
import type { Mix } from './recipe/mix.js';
import type { Targets } from './recipe/objective.js';

/** Clips as the loader hands them out. */
export interface ClipBatch extends InputBatch {
  /** Class indices `[N]`. */
  readonly labels: BigInt64Array;
  /** Epoch, and the batch's number in it: what mixing is drawn by. */
  readonly epoch: number;
  readonly number: number;
}

export interface BatchPart extends InputBatch {
  readonly targets: Targets;
  /** The clips that these are mixed with, of the same shape, and how. */
  readonly mixed?: Pick<Mix, 'share' | 'box'> & { readonly partners: Pixels };
}

/** Clips `[n, T, H, W, 3]`, and their flow where there is any. */
type Pixels = Pick<InputBatch, 'clips' | 'flow'>;

/** At most `count` parts of nearly equal size, in the order of the batch; none is empty. */
export function partsOf(batch: ClipBatch, count: number, mix: Mix | undefined): BatchPart[] {
  const clips = batch.labels.length;
  const parts = Math.min(count, clips);
  const bound = (i: number): number => Math.round((i * clips) / parts);
  return Array.from({ length: parts }, (_, i) => cut(batch, bound(i), bound(i + 1), mix));
}

function cut(batch: ClipBatch, from: number, to: number, mix: Mix | undefined): BatchPart {
  const [n, ...frames] = batch.shape;
  const shape = [to - from, ...frames] as const;
  const pixels = eachOf(batch, (bytes) => bytes.subarray((from * bytes.length) / n, (to * bytes.length) / n));
  const labels = batch.labels.subarray(from, to);
  if (mix === undefined) return { ...pixels, shape, targets: { labels, share: 1 } };
  const { share, box } = mix;
  const partners = mix.partners.subarray(from, to);
  return {
    ...pixels,
    shape,
    targets: { labels, partners: BigInt64Array.from(partners, (i) => batch.labels[i]!), share },
    mixed: {
      share,
      ...(box && { box }),
      partners: eachOf(batch, (bytes) => gather(bytes, partners, bytes.length / n)),
    },
  };
}

/** The same for the clips and, where there is any, for the flow. */
function eachOf({ clips, flow }: Pixels, take: (bytes: Uint8Array) => Uint8Array): Pixels {
  return { clips: take(clips), ...(flow && { flow: take(flow) }) };
}

function gather(clips: Uint8Array, positions: Uint32Array, bytes: number): Uint8Array {
  const out = new Uint8Array(positions.length * bytes);
  positions.forEach((from, to) => {
    out.set(clips.subarray(from * bytes, (from + 1) * bytes), to * bytes);
  });
  return out;
}
