/** A batch, and the parts of it that go through the network one after the other, each clip with its partner of the mix. */
import type { Mix } from './mix.js';
import type { Targets } from './objective.js';

/** Clips as the loader hands them out. */
export interface ClipBatch {
  /** uint8 RGB `[N, T, H, W, 3]`. */
  readonly clips: Uint8Array;
  readonly shape: readonly [n: number, t: number, h: number, w: number];
  /** Class indices `[N]`. */
  readonly labels: BigInt64Array;
  /** Epoch, and the batch's number in it: what mixing is drawn by. */
  readonly epoch: number;
  readonly number: number;
}

export interface BatchPart {
  /** uint8 RGB `[n, T, H, W, 3]`. */
  readonly clips: Uint8Array;
  readonly shape: ClipBatch['shape'];
  readonly targets: Targets;
  /** The clips that these are mixed with, of the same shape, and how. */
  readonly mixed?: Pick<Mix, 'share' | 'box'> & { readonly partners: Uint8Array };
}

/** At most `count` parts of nearly equal size, in the order of the batch; none is empty. */
export function partsOf(batch: ClipBatch, count: number, mix: Mix | undefined): BatchPart[] {
  const clips = batch.labels.length;
  const parts = Math.min(count, clips);
  const bound = (i: number): number => Math.round((i * clips) / parts);
  return Array.from({ length: parts }, (_, i) => cut(batch, bound(i), bound(i + 1), mix));
}

function cut(batch: ClipBatch, from: number, to: number, mix: Mix | undefined): BatchPart {
  const [, t, height, width] = batch.shape;
  const bytes = t * height * width * 3;
  const shape = [to - from, t, height, width] as const;
  const clips = batch.clips.subarray(from * bytes, to * bytes);
  const labels = batch.labels.subarray(from, to);
  if (mix === undefined) return { clips, shape, targets: { labels, share: 1 } };
  const { share, box } = mix;
  const partners = mix.partners.subarray(from, to);
  return {
    clips,
    shape,
    targets: { labels, partners: BigInt64Array.from(partners, (i) => batch.labels[i]!), share },
    mixed: { share, ...(box && { box }), partners: gather(batch.clips, partners, bytes) },
  };
}

function gather(clips: Uint8Array, positions: Uint32Array, bytes: number): Uint8Array {
  const out = new Uint8Array(positions.length * bytes);
  positions.forEach((from, to) => {
    out.set(clips.subarray(from * bytes, (from + 1) * bytes), to * bytes);
  });
  return out;
}
