/**
 * Reverse-mode differentiation of a graph: notes each operator while it is translated, then walks back and adds the nodes
 * that compute gradients. Only values that depend on a trainable tensor are followed.
 */
import { kinoraError } from '@kinora/torch';
import type { Call } from '../call.js';
import type { Graph } from '../graph.js';
import { entryOf, type Translation, translationOf } from '../operators/table.js';
import type { Randomness } from './random.js';
import type { Differentiated, Rule, TrainingCall } from './rule.js';
import { rules } from './rules/table.js';

interface Entry {
  /** Names of the arguments' values, by argument. */
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  readonly outputs: readonly string[];
  readonly backward: Differentiated['backward'];
}

export class Tape {
  /** Names of what buffers hold after the step, by the names of what they held before. */
  readonly updates = new Map<string, string>();
  readonly #graph: Graph;
  readonly #random: Randomness;
  readonly #entries: Entry[] = [];
  /** Values that depend on a trainable tensor. */
  readonly #learned = new Set<string>();

  /** @param trainable names of the graph's inputs that gradients are wanted of */
  constructor(graph: Graph, random: Randomness, trainable: Iterable<string>) {
    this.#graph = graph;
    this.#random = random;
    for (const name of trainable) this.#learned.add(name);
  }

  /** How an operator is translated and noted; undefined where it is not. For `Translator`. */
  readonly translationOf = (name: string): Translation | undefined => {
    const rule = entryOf(rules, name);
    const { inPlace } = rule ?? translationOf(name) ?? {};
    if (inPlace === undefined) return undefined;
    return { operator: (call) => this.#record(call, rule?.operator), inPlace };
  };

  /**
   * Adds the backward pass. Throws `export/gradient`, naming operator and module, where a gradient arrives at an operator
   * without a rule.
   * @param seeds gradients to start from, by value
   * @returns gradients of the trainable inputs that the seeds depend on, by name
   */
  backward(seeds: ReadonlyMap<string, string>): Map<string, string> {
    const gradients = new Map([...seeds].map(([value, gradient]) => [value, [gradient]]));
    for (const { inputs, outputs, backward } of this.#entries.toReversed()) {
      const total = this.#total(gradients, outputs);
      if (total === undefined) continue;
      for (const name of outputs) gradients.delete(name); // an operator may pass its argument on under the same name
      for (const [argument, found] of Object.entries(backward(total))) {
        for (const [i, gradient] of [found ?? []].flat().entries()) {
          const value = inputs.get(argument)?.[i];
          if (value === undefined || !this.#learned.has(value)) continue;
          gradients.set(value, [...(gradients.get(value) ?? []), gradient]);
        }
      }
    }
    const arrived = [...gradients.keys()].filter((name) => this.#learned.has(name));
    return new Map(arrived.map((name) => [name, this.#total(gradients, [name])!]));
  }

  #total(gradients: ReadonlyMap<string, readonly string[]>, values: readonly string[]): string | undefined {
    const parts = values.flatMap((value) => gradients.get(value) ?? []);
    return parts.length > 1 ? this.#graph.node('Sum', parts, {}, '')[0] : parts[0];
  }

  #record(call: Call, rule: Rule | undefined): string[] {
    const inputs = new Map(
      [...call.tensorArguments].map(([name, tensors]) => [name, tensors.map((one) => call.nameOf(one))]),
    );
    const learns = (argument: string) =>
      inputs.get(argument)?.some((name) => this.#learned.has(name)) ?? false;
    const training: TrainingCall = Object.assign(call, {
      learns,
      update: (buffer: string, value: string) => void this.updates.set(buffer, value),
      random: (count: string) => this.#random.draw(count, call.module),
    });
    const { outputs, backward } = rule === undefined ? withoutRule(call) : listed(rule(training));
    if (![...inputs.keys()].some(learns)) return outputs;
    for (const name of outputs) this.#learned.add(name);
    this.#entries.push({ inputs, outputs, backward });
    return outputs;
  }
}

const listed = ({ output, backward }: Differentiated) => ({ outputs: [output], backward });

function withoutRule(call: Call): { outputs: string[]; backward: Differentiated['backward'] } {
  const outputs = [translationOf(call.operator)!.operator(call)].flat();
  const backward = (): never => {
    const { module, operator } = call;
    throw kinoraError('export/gradient', module === '' ? operator : module, {
      expected: 'operators that onnx-train can differentiate',
      received: operator,
      hint: 'freeze this layer and those before it (--freeze), or train with kinora train',
    });
  };
  return { outputs, backward };
}
