/** Element-wise nonlinearities and softmax, without state. Any shape in, the same shape out. */

import { oncePerProcess } from '../../engine/process-wide.js';
import { isObserved } from '../../ops/dispatch.js';
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isWatched } from '../call-stack.js';
import { Module } from '../module.js';

export interface InplaceOptions {
  /**
   * Overwrites the input, which saves its memory and a pass over it; default: false. Has no effect during a trace or a
   * recording, which need the input.
   */
  inplace?: boolean;
}

/** max(x, 0) */
@oncePerProcess
export class ReLU extends Module {
  forward(input: Tensor): Tensor {
    return ops.relu(input);
  }
}

/** min(max(x, 0), 6) */
@oncePerProcess
export class ReLU6 extends Module {
  forward(input: Tensor): Tensor {
    return ops.hardtanh(input, 0, 6);
  }
}

/** x where positive, else negativeSlope x */
@oncePerProcess
export class LeakyReLU extends Module {
  readonly inplace: boolean;

  constructor(
    readonly negativeSlope = 0.01,
    { inplace = false }: InplaceOptions = {},
  ) {
    super();
    this.inplace = inplace;
  }

  forward(input: Tensor): Tensor {
    const write = this.inplace && !isObserved() && !isWatched();
    return write ? ops.leaky_relu_(input, this.negativeSlope) : ops.leaky_relu(input, this.negativeSlope);
  }
}

export interface GELUOptions {
  /** 'none' is exact, by the error function; 'tanh' approximates. */
  approximate?: 'none' | 'tanh';
}

/** x times the normal distribution's cumulative probability of x (Hendrycks and Gimpel 2016). */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(options: GELUOptions = {}) {
    super();
    this.approximate = options.approximate ?? 'none';
  }

  forward(input: Tensor): Tensor {
    return ops.gelu(input, { approximate: this.approximate });
  }
}

/** x sigmoid(x), also called swish. */
export class SiLU extends Module {
  forward(input: Tensor): Tensor {
    return ops.silu(input);
  }
}

export class Sigmoid extends Module {
  forward(input: Tensor): Tensor {
    return ops.sigmoid(input);
  }
}

export class Tanh extends Module {
  forward(input: Tensor): Tensor {
    return ops.tanh(input);
  }
}

/** Probabilities that add to 1 along `dim`. */
export class Softmax extends Module {
  constructor(readonly dim: number) {
    super();
  }

  forward(input: Tensor): Tensor {
    return ops.softmax(input, this.dim);
  }
}

/** Logarithms of softmax along `dim`. */
export class LogSoftmax extends Module {
  constructor(readonly dim: number) {
    super();
  }

  forward(input: Tensor): Tensor {
    return ops.log_softmax(input, this.dim);
  }
}
