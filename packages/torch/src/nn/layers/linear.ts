/** torch.nn.Linear, Embedding, Flatten and Identity: layers without windows or statistics. */
import { oncePerProcess } from '../../engine/process-wide.js';
import { scope } from '../../engine/scope.js';
import { ops } from '../../ops/ops.js';
import { noGrad } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import { foldOf } from '../folded.js';
import { normal_, resetAffine } from '../init.js';
import { Module, parameter } from '../module.js';
import { checkCount, checkTail, expandSize, rejectInput } from './check.js';

export interface LinearOptions {
  bias?: boolean;
}

/** `[..., inFeatures]` to `[..., outFeatures]`. */
@oncePerProcess
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Tensor;
  bias: Tensor | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    this.inFeatures = checkCount(inFeatures, 'Linear inFeatures');
    this.outFeatures = checkCount(outFeatures, 'Linear outFeatures');
    this.weight = parameter(ops.empty([outFeatures, inFeatures]));
    this.bias = options.bias === false ? null : parameter(ops.empty([outFeatures]));
    resetAffine(this.weight, this.bias);
  }

  forward(input: Tensor): Tensor {
    checkTail(this, input, [this.inFeatures]);
    const { weight, bias } = foldOf(this) ?? this;
    return ops.linear(input, weight, bias);
  }
}

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

/** torch.nn.Flatten: merges the axes from `startDim` to `endDim`; by default `[N, ...]` becomes `[N, features]`. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  forward(input: Tensor): Tensor {
    return ops.flatten(input, this.startDim, this.endDim);
  }
}

/** Its output is its input. */
export class Identity extends Module {
  forward(input: Tensor): Tensor {
    return input;
  }
}
