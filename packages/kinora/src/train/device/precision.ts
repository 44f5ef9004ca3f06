/**
 * The precision of a run's steps: what was asked for, and what this device gains from. A CPU is asked by a measurement, once, at
 * the start: many of them compute bf16 convolutions more slowly than float32. Weights, losses and validation are float32. With it
 * goes the layout of the clips in memory, of which a GPU is asked.
 */
import { type AutocastMode, autocast, type Device, KinoraError, ops, optim, scope } from '@kinora/torch';
import type { PrecisionState } from '../../run/checkpoint.js';
import { fastestLayout, type Layout } from './layout.js';

export type PrecisionName = PrecisionState['used'];

const DTYPES = { bf16: 'bfloat16', fp16: 'float16' } as const;

export class Precision {
  readonly #asked: PrecisionName;
  readonly #device: Device;
  #used: PrecisionName;
  #layout: Layout;
  /** Why it is not what was asked for; null where it is. */
  readonly note: string | null;
  /** For fp16, whose small gradients would vanish. */
  scaler: optim.GradScaler | null;

  /** @param deterministic no measurement decides anything that the bits depend on */
  constructor(asked: PrecisionName, device: Device, deterministic = false) {
    this.#asked = asked;
    this.#device = device;
    this.note = asked === 'float32' || device !== 'cpu' ? null : reasonAgainst(asked);
    this.#used = this.note === null ? asked : 'float32';
    this.#layout = deterministic ? 'contiguous_format' : fastestLayout(device, this.#mode);
    this.scaler = newScaler(this.#used);
  }

  get used(): PrecisionName {
    return this.#used;
  }

  /** Of the clips that a network is called with. */
  get layout(): Layout {
    return this.#layout;
  }

  /** Runs the forward pass of a network. */
  forward<T>(pass: () => T): T {
    return autocast(this.#mode, pass);
  }

  get state(): PrecisionState {
    return {
      asked: this.#asked,
      used: this.#used,
      device: kindOf(this.#device),
      scaler: this.scaler?.state ?? null,
      ...(this.#layout !== 'contiguous_format' && { layout: this.#layout }),
    };
  }

  /** Keeps what was used before if the same was requested on the same kind of device, whatever a measurement says today. */
  restore(saved: PrecisionState | undefined): void {
    if (saved === undefined || saved.asked !== this.#asked || saved.device !== kindOf(this.#device)) return;
    this.#used = saved.used;
    this.#layout = saved.layout ?? 'contiguous_format';
    this.scaler = newScaler(saved.used);
    if (this.scaler !== null && saved.scaler !== null) this.scaler.state = saved.scaler;
  }

  get #mode(): AutocastMode | null {
    return this.#used === 'float32' ? null : { device: this.#device, dtype: DTYPES[this.#used] };
  }
}

const newScaler = (used: PrecisionName): optim.GradScaler | null =>
  used === 'fp16' ? new optim.GradScaler() : null;

const kindOf = (device: Device): 'cpu' | 'cuda' => (device === 'cpu' ? 'cpu' : 'cuda');

/** In one line, or null where the CPU gains from it. */
function reasonAgainst(asked: 'bf16' | 'fp16'): string | null {
  if (asked === 'fp16') return 'precision fp16 needs a GPU; using float32';
  const half = bf16Seconds();
  if (half === undefined) return 'libtorch refuses bf16 convolutions on this CPU; using float32';
  const ratio = half / seconds('float32');
  if (ratio < 1) return null;
  return `a bf16 convolution takes ${ratio.toPrecision(2)} times as long as a float32 one on this CPU; using float32`;
}

/** Undefined where oneDNN may use less than the processor has (`DNNL_MAX_CPU_ISA`): libtorch asks it all the same, and it refuses. */
function bf16Seconds(): number | undefined {
  try {
    return seconds('bfloat16');
  } catch (error) {
    if (error instanceof KinoraError && /primitive descriptor/.test(error.message)) return undefined;
    throw error;
  }
}

/** Of the fastest of three convolutions of a middle layer's shape, forward and backward. */
function seconds(dtype: 'bfloat16' | 'float32'): number {
  return scope(() => {
    const x = ops.ones([2, 32, 4, 16, 16]).to(dtype);
    const w = ops.ones([32, 32, 3, 3, 3]).to(dtype);
    x.requiresGrad = true;
    w.requiresGrad = true;
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      ops.conv3d(x, w).sum().backward();
      return performance.now() - start;
    });
    return Math.min(...times) / 1000;
  });
}
