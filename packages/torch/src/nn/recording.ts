/**
 * Records the outputs of chosen modules during a forward pass and, after the backward pass, their gradients, for
 * Grad-CAM, feature maps and histograms. libtorch itself retains the gradients, because JavaScript cannot be called
 * from its backward threads.
 */

import { keep } from '../engine/scope.js';
import { kinoraError } from '../error.js';
import { callOp } from '../ops/dispatch.js';
import { Tensor } from '../tensor/tensor.js';
import { watchCalls } from './call-stack.js';
import type { AnyModule } from './module.js';

/** Outputs by module path, owned by the recording: they outlive the scope they were made in, until `dispose`. */
export class Recording {
  readonly #outputs: Map<string, Tensor[]>;

  constructor(outputs: Map<string, Tensor[]>) {
    this.#outputs = outputs;
  }

  /** The recorded module paths. */
  get paths(): string[] {
    return [...this.#outputs.keys()];
  }

  /** The output of the module's `call`-th call; the first one if there are several tensors. */
  output(path: string, call = 0): Tensor {
    const output = this.#outputs.get(path)?.at(call);
    if (output !== undefined) return output;
    throw kinoraError('nn/recording', path, {
      expected: `a recorded module that was called ${call + 1} times`,
      received: this.#outputs.has(path)
        ? `${this.#outputs.get(path)!.length} calls`
        : 'a path that was not recorded',
      hint: `recorded: ${this.paths.join(', ')}`,
    });
  }

  /** Gradient of the loss with respect to that output; null before the backward pass. */
  gradient(path: string, call = 0): Tensor | null {
    return this.output(path, call).grad;
  }

  dispose(): void {
    for (const output of [...this.#outputs.values()].flat()) output.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Runs `run`, which calls `model`, and records the outputs of the modules at `paths`.
 * @throws KinoraError `nn/recording` for a path that is not in the model
 */
export function recordActivations<T>(
  model: AnyModule,
  paths: readonly string[],
  run: () => T,
): { result: T; recording: Recording } {
  checkPaths(model, paths);
  const outputs = new Map(paths.map((path): [string, Tensor[]] => [path, []]));
  const result = watchCalls((path, output) => {
    const tensor = Array.isArray(output) ? output[0] : output;
    if (tensor instanceof Tensor) outputs.get(path)?.push(retain(tensor));
  }, run);
  return { result, recording: new Recording(outputs) };
}

function retain(output: Tensor): Tensor {
  if (output.requiresGrad) callOp('aten::retain_grad', output);
  return keep(output);
}

function checkPaths(model: AnyModule, paths: readonly string[]): void {
  const known = model.namedModules();
  const unknown = paths.filter((path) => !known.has(path));
  if (unknown.length === 0) return;
  throw kinoraError('nn/recording', model.constructor.name, 'paths of its modules', unknown.join(', '), {
    hint: `it has ${[...known.keys()].filter(Boolean).join(', ')}`,
  });
}
