/** ConvColumn6 against PyTorch: the same weights and batch give the same logits, loss, gradients and training. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nn, noGrad, optim, scope, serialize, type Tensor, threads, trace } from '@kinora/torch';
import { expect, test } from 'vitest';
import { ConvColumn } from './conv-column.js';
import { convColumnTables } from './tables.js';

const script = fileURLToPath(new URL('../../../scripts/reference_conv_column6.py', import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** The engine's own settings: no page faults for each new tensor, and threads that wait without spinning. Half the time. */
const QUICK = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '4294967296',
  MALLOC_TOP_PAD_: '268435456',
  OMP_WAIT_POLICY: 'PASSIVE',
};

/** Of both sides: with another number, sums are added in another order. */
const THREADS = 2;

/** Of training: enough for AMSGrad's maximum to hold a value that the average has left. */
const STEPS = 3;

/**
 * Batch norms subtract what these biases add, so their gradients are zero but for rounding, of which no two orders of addition share
 * a digit. They are held against the gradient of the same layer's weight instead. Each sums up to 500,000 terms, and oneDNN adds them
 * in one row where the processor has AVX-512: there, PyTorch's own are up to 6.5e-4 of the weight's. Without the mean that a batch
 * norm's gradient subtracts, they would be of the same order as the weight's.
 */
const BIAS_BEFORE_NORM = /^conv_layer[1-4]\.[03]\.bias$/;

interface Reference {
  weights: Map<string, Tensor>;
  clips: Tensor;
  labels: Tensor;
  logits: Tensor;
  features: Tensor;
  loss: number;
  gradients: Map<string, Tensor>;
  losses: number[];
  trained: Map<string, Tensor>;
}

function reference(): Reference {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-parity-'));
  try {
    const file = join(folder, 'reference.pt');
    execFileSync(python!, [script, file], { env: { ...process.env, ...QUICK } });
    return Object.fromEntries(serialize.loadTorch(file) as Map<string, unknown>) as unknown as Reference;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Each layer by libtorch's own operator, as where a trace looks on: 4 clips make the norms of vectors so steep that gradients
 * keep three digits of seven, and rounding anywhere decides the others. What our kernel rounds is norm-activation.test.ts's.
 */
const byLayers = <T>(run: () => T): T => trace(run).result;

const largest = (tensor: Tensor): number => scope(() => Number(tensor.abs().max().item()));

/** Largest difference, relative to the largest value of the tensor. */
const difference = (a: Tensor, b: Tensor): number =>
  scope(() => noGrad(() => Number(a.sub(b).abs().max().div(b.abs().max().clamp_min(1e-12)).item())));

const missing = python === undefined;
/** Run once for all tests of this file. */
const expected = missing ? (undefined as never) : reference();

function network(): ConvColumn {
  threads.set(THREADS);
  const table = convColumnTables.find(({ name }) => name === 'ConvColumn6')!;
  const column = new ConvColumn({ ...table, head: { ...table.head, dropout: 0 } }, 27);
  column.loadStateDict(expected.weights);
  return column;
}

test.skipIf(missing)(
  'ConvColumn6 agrees with PyTorch in logits, features, loss and gradients (needs python3-torch)',
  () => {
    const column = network();
    scope(() => {
      const { logits, features } = byLayers(() => column.call(expected.clips));
      const loss = nn.crossEntropy(logits, expected.labels);
      loss.backward();
      expect(difference(logits, expected.logits)).toBeLessThan(1e-4);
      expect(difference(features, expected.features)).toBeLessThan(1e-4);
      expect(Math.abs(Number(loss.item()) / expected.loss - 1)).toBeLessThan(1e-4);
      for (const [name, { grad }] of column.namedParameters()) {
        const theirs = expected.gradients.get(name)!;
        if (BIAS_BEFORE_NORM.test(name)) {
          const scale = largest(expected.gradients.get(name.replace('bias', 'weight'))!);
          for (const gradient of [grad!, theirs]) expect(largest(gradient) / scale, name).toBeLessThan(1e-2);
        } else expect(difference(grad!, theirs), name).toBeLessThan(1e-4);
      }
    });
  },
  900_000,
);

/**
 * In float64, because Adam's first steps divide each gradient by its own size and so make whole steps of float32's rounding: there,
 * the losses of two numbers of threads differ by 1e-3 after two steps. float64 rounds by 1e-16, Adam divides by no less than its eps of
 * 1e-8, and the norms of four clips multiply what is left a thousandfold.
 */
test.skipIf(missing)(
  'ConvColumn6 trained in float64 keeps the weights that PyTorch finds with AMSGrad (needs python3-torch)',
  () => {
    const column = network().to({ dtype: 'float64' });
    const optimizer = new optim.Adam(column.parameters(), { lr: 1e-3, amsgrad: true });
    for (const [step, theirs] of expected.losses.entries()) {
      scope(() => {
        const { logits } = byLayers(() => column.call(expected.clips.to('float64')));
        const loss = nn.crossEntropy(logits, expected.labels);
        optimizer.zeroGrad();
        loss.backward();
        expect(Math.abs(Number(loss.item()) / theirs - 1), `loss ${step}`).toBeLessThan(1e-5);
        optimizer.step();
      });
    }
    expect(expected.losses.length).toBe(STEPS);
    for (const [name, tensor] of column.stateDict())
      expect(difference(tensor, expected.trained.get(name)!), name).toBeLessThan(1e-5);
  },
  900_000,
);
