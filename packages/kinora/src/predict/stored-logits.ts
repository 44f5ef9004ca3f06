/** Logits of a list's clips in a file, so that they are computed once. */
import { fromTypedArray, kinoraError, scope, serialize } from '@kinora/torch';

export interface ClipLogits {
  /** Positions in the list of the readable clips, int32 `[N]`. */
  readonly indices: Int32Array;
  /** Float32 `[N, classes]`. */
  readonly logits: Float32Array;
}

/** Throws `file/*`, and `logits/damaged` for a file with other contents. */
export function loadLogits(file: string, classes: number): ClipLogits {
  const tensors = new Map(
    scope(() =>
      Array.from(serialize.loadSafetensors(file), ([name, tensor]) => [
        name,
        { array: tensor.toTypedArray(), shape: tensor.shape },
      ]),
    ),
  );
  const [indices, logits] = [tensors.get('indices')?.array, tensors.get('logits')];
  if (
    indices instanceof Int32Array &&
    logits?.array instanceof Float32Array &&
    String(logits.shape) === String([indices.length, classes])
  )
    return { indices, logits: logits.array };
  throw kinoraError('logits/damaged', file, {
    expected: `int32 indices [N] and float32 logits [N, ${classes}]`,
    received: Array.from(tensors, ([name, { shape }]) => `${name} [${shape.join(', ')}]`).join(', '),
    hint: 'delete the file to compute them again',
  });
}

export function saveLogits(
  file: string,
  { indices, logits }: ClipLogits,
  classes: number,
  metadata: Record<string, string>,
): void {
  scope(() =>
    serialize.saveSafetensors(
      file,
      [
        ['indices', fromTypedArray(indices, [indices.length])],
        ['logits', fromTypedArray(logits, [indices.length, classes])],
      ],
      metadata,
    ),
  );
}
