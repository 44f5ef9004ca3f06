/** ConvColumn6 against PyTorch: the same weights and batch give the same logits, loss, gradients and training. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nn, noGrad, optim, scope, serialize, type Tensor, threads, trace } from '@kinora/torch';
import { expect, test } from 'vitest';
import { ConvColumn } from './conv-column.js';
import { convColumnTables } from './conv-column-tables.js';

const script = fileURLToPath(new URL('../../scripts/reference_conv_column6.py', import.meta.url));
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

/** Largest difference, relative to the largest value of the tensor. */
const difference = (a: Tensor, b: Tensor): number =>
  scope(() => noGrad(() => Number(a.sub(b).abs().max().div(b.abs().max().clamp_min(1e-12)).item())));

const TOLERANCE = 1e-4;

test.skipIf(python === undefined)(
  'ConvColumn6 agrees with PyTorch in logits, loss, gradients and ten AMSGrad steps (needs python3-torch)',
  () => {
    threads.set(THREADS);
    const expected = reference();
    const table = convColumnTables.find(({ name }) => name === 'ConvColumn6')!;
    const network = new ConvColumn({ ...table, head: { ...table.head, dropout: 0 } }, 27);
    network.loadStateDict(expected.weights);
    const optimizer = new optim.Adam(network.parameters(), { lr: 1e-3, amsgrad: true });
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      scope(() => {
        const { logits, features } = byLayers(() => network.call(expected.clips));
        const loss = nn.crossEntropy(logits, expected.labels);
        optimizer.zeroGrad();
        loss.backward();
        losses.push(Number(loss.item()));
        if (step === 0) {
          expect(difference(logits, expected.logits)).toBeLessThan(TOLERANCE);
          expect(difference(features, expected.features)).toBeLessThan(TOLERANCE);
          for (const [name, parameter] of network.namedParameters())
            expect(gradientError(parameter, expected.gradients.get(name)!), name).toBeLessThan(TOLERANCE);
        }
        optimizer.step();
      });
    }
    losses.forEach((loss, i) => {
      expect(Math.abs(loss / expected.losses[i]! - 1), `loss ${i}`).toBeLessThan(TOLERANCE);
    });
    for (const [name, tensor] of network.stateDict())
      expect(difference(tensor, expected.trained.get(name)!), name).toBeLessThan(TOLERANCE);
  },
  900_000,
);

const gradientError = (parameter: Tensor, expected: Tensor): number =>
  scope(() => difference(parameter.grad!, expected));
