/** Weights from files: which network they belong to, found by names and shapes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nn, ops, scope, serialize, type Tensor } from '@kinora/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { findNetwork } from './registry.js';
import { networkOf, openWeights } from './weights.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

const golden = (name: string): string =>
  fileURLToPath(new URL(`../../golden/tutorial/${name}.pth.tar`, import.meta.url));

function found(file: string) {
  const { weights, claim } = openWeights(file);
  try {
    const { network, name, alike } = networkOf(weights, file, { claim });
    const value = Number(network.namedParameters().values().next().value!.flatten().select(0, 0).item());
    network.dispose();
    return { name, alike, claim, value };
  } finally {
    for (const weight of weights.values()) weight.dispose();
  }
}

describe("the tutorial's checkpoints, in PyTorch 0.4's format and behind DataParallel's prefix", () => {
  const twins: Record<string, string[]> = { ConvColumn7: ['ConvColumn8'] };
  test.each(['ConvColumn5', 'ConvColumn6', 'ConvColumn7', 'ConvColumn9'])('%s is recognised', (name) => {
    const alike = twins[name] ?? [];
    expect(scope(() => found(golden(name)))).toEqual({ name, alike, claim: 'Conv4Col', value: 0.5 });
  });

  test('7 and 8 have the same shapes: what cannot be told apart is said', () => {
    const { name, alike } = scope(() => found(golden('ConvColumn8')));
    expect([name, ...alike]).toEqual(['ConvColumn7', 'ConvColumn8']);
  });
});

describe('checkpoints as others save them', () => {
  const save = (content: unknown): string => {
    const file = join(folder, 'others.pt');
    serialize.saveTorch(file, content as Parameters<typeof serialize.saveTorch>[1]);
    return file;
  };
  const names = (content: unknown) => scope(() => [...openWeights(save(content)).weights.keys()]);
  const state = () => new Map([['_orig_mod.module.fc.bias', ops.zeros([2])]]);

  test.each(['state_dict', 'model_state_dict', 'model_state', 'model'])(
    'under %s, with the prefixes of wrappers',
    (key) => {
      const others = ['optimizer_state_dict', new Map([['state', new Map()]])] as const;
      scope(() =>
        expect(names(new Map<string, unknown>([['epoch', 3], others, [key, state()]]))).toEqual(['fc.bias']),
      );
    },
  );

  test('a file without one says what it holds', () => {
    scope(() =>
      expect(() => names(new Map([['net', state()]]))).toThrow(
        'others.pt: expected a state_dict (tensors by name), alone or under state_dict, model_state_dict, model_state, model, received a dictionary of net',
      ),
    );
    expect(() => names(new Map())).toThrow('received an empty dictionary');
  });
});

describe('a file that says what it holds', () => {
  const save = (model: string, state: Map<string, Tensor>): string => {
    const file = join(folder, `${model}.safetensors`);
    serialize.saveSafetensors(file, state, { format: 'pt', model });
    return file;
  };
  // Shapes only decide here, so one value stretched over each tensor will do.
  const state = () =>
    scope(
      () =>
        new Map(
          [...findNetwork('ResNet3D10').build(3).stateDict()].map(([name, { shape }]) => [
            name,
            ops.zeros(shape),
          ]),
        ),
    );

  test('is believed where it fits, and not where it does not', () => {
    scope(() => {
      const tensors = state();
      expect(found(save('ResNet3D10', tensors)).name).toBe('ResNet3D10');
      expect(found(save('ConvColumn6', tensors)).name).toBe('ResNet3D10');
    });
  });

  test('gives its classes whatever the order of its tensors, and is built for the frames of its clips', () => {
    scope(() => {
      using trained = findNetwork('TRNMultiscaleSmall').build(4, [5, 84, 84]);
      const sorted = [...trained.stateDict()].sort(([a], [b]) => (a < b ? 1 : -1));
      const { network, name } = networkOf(new Map(sorted), 'file', { size: [5, 84, 84] });
      expect(name).toBe('TRNMultiscaleSmall');
      expect(network.call(ops.zeros([2, 3, 5, 84, 84])).logits.shape).toEqual([2, 4]);
      network.dispose();
    });
  });

  test('of weights that fit only another size of clips says which size', () => {
    scope(() => {
      using trained = findNetwork('ConvColumn6').build(3);
      expect(() => networkOf(trained.stateDict(), 'file', { size: [10, 84, 84] })).toThrow(
        /^ConvColumn6, .* clips of 16x84x84 fit$/,
      );
    });
  });

  test('of no registered network is refused with what it holds', () => {
    const file = scope(() => save('mine', new Map(new nn.Linear(2, 3).stateDict())));
    expect(() => scope(() => found(file))).toThrow(
      /mine.safetensors: expected the weights of one of .*, received 2 tensors/,
    );
  });
});
