/** torch.nn.Embedding: a learned vector per index. */

import { scope } from '../../engine/scope.js';
import { ops } from '../../ops/ops.js';
import { noGrad } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import { normal_ } from '../init.js';
import { Module } from '../module.js';
import { parameter } from '../parameter.js';
import { rejectInput } from './check.js';
import { checkCount, expandSize } from './size.js';

export interface EmbeddingOptions {
  /** This index starts as zeros and is never trained. */
  paddingIdx?: number;
}

/** int64 `[...]` with values from 0 to numEmbeddings - 1, to `[..., embeddingDim]`. */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  weight: Tensor;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    this.numEmbeddings = checkCount(numEmbeddings, 'Embedding numEmbeddings');
    this.embeddingDim = checkCount(embeddingDim, 'Embedding embeddingDim');
    this.paddingIdx = options.paddingIdx ?? null;
    if (this.paddingIdx !== null) expandSize(this.paddingIdx, 1, 0, 'Embedding paddingIdx');
    this.weight = parameter(normal_(ops.empty([numEmbeddings, embeddingDim])));
    const padding = this.paddingIdx;
    if (padding !== null) scope(() => noGrad(() => void this.weight.select(0, padding).zero_()));
  }

  forward(indices: Tensor): Tensor {
    if (indices.dtype !== 'int64') rejectInput(this, 'int64 indices', indices.dtype);
    return ops.embedding(this.weight, indices, this.paddingIdx ?? -1);
  }
}
