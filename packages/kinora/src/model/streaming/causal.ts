/**
 * Layers that look back in time and never ahead (Kondratyuk et al. 2021, https://arxiv.org/abs/2103.11511): their
 * output for a frame does not change when more frames arrive, so they can process a video frame by frame.
 */
import { keep, nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';

/** A convolution without bias over this frame and earlier ones; black frames precede a clip. */
export class CausalConv3d extends nn.Conv3d {
  readonly #memory: Memory;
  readonly #context: number;

  /** @param stride along height and width; time keeps its length, so that each frame counts */
  constructor(memory: Memory, input: number, output: number, [t, h, w]: Size3, stride: number, groups = 1) {
    const padding = [0, (h - 1) / 2, (w - 1) / 2];
    super(input, output, [t, h, w], { stride: [1, stride, stride], padding, groups, bias: false });
    this.#memory = memory;
    this.#context = t - 1;
  }

  override forward(maps: Tensor): Tensor {
    const context = this.#context;
    if (context === 0) return super.forward(maps);
    const { window } = this.#memory.turn((past) => {
      const window =
        past === undefined ? ops.constant_pad_nd(maps, [0, 0, 0, 0, context, 0]) : ops.cat([past, maps], 2);
      return { window, remember: window.narrow(2, window.shape[2]! - context, context).clone() };
    });
    return super.forward(window);
  }
}

/** Subtracts from every pixel its mean over the frames so far: like `Motion`, but without looking ahead. */
export class CausalMotion extends nn.Module {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    super();
    this.#memory = memory;
  }

  /** `[N, C, T, H, W]` to the same shape; the first frame becomes zero. */
  forward(clips: Tensor): Tensor {
    const frames = clips.shape[2]!;
    const { sums } = this.#memory.turn((past) => {
      const own = clips.cumsum(2);
      const sums = past === undefined ? own : own.add(past);
      return { sums, remember: sums.narrow(2, frames - 1, 1).clone() };
    });
    const first = this.#memory.frames + 1;
    const counts = ops.arange(first, first + frames, { dtype: clips.dtype, device: clips.device });
    return clips.sub(sums.div(counts.view([frames, 1, 1])));
  }
}

/** The mean over space and over the frames so far, at the last frame: `[N, C, T, H, W]` to `[N, C]`. */
export class CumulativeMean extends nn.Module {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    super();
    this.#memory = memory;
  }

  forward(maps: Tensor): Tensor {
    const { sum } = this.#memory.turn((past) => {
      const own = maps.mean([3, 4]).sum([2]);
      const sum = past === undefined ? own : own.add(past);
      return { sum, remember: sum.clone() };
    });
    return sum.div(this.#memory.frames + maps.shape[2]!);
  }
}

/** The state of a stream after some frames; null before the first one. The caller owns its tensors. */
export interface StreamState {
  /** Frames seen so far. */
  readonly frames: number;
  /** The memory of each layer, in the order in which they run. */
  readonly layers: readonly Tensor[];
}

/**
 * The memory of a streaming network's layers between frames. Layers access it in the order in which they run, which is
 * the same at every step, so a state is a plain list. Outside a step nothing is stored.
 */
export class Memory {
  #state: StreamState | null = null;
  #next: Tensor[] | null = null;

  /** Frames before the current ones. */
  get frames(): number {
    return this.#state?.frames ?? 0;
  }

  /**
   * Returns what this layer stored at the previous step (undefined at the start of a clip or stream), and stores its
   * memory for the next one.
   */
  turn<T extends { readonly remember: Tensor }>(use: (past: Tensor | undefined) => T): T {
    const result = use(this.#next === null ? undefined : this.#state?.layers[this.#next.length]);
    // Layers run in their own scopes, which their memory outlives.
    this.#next?.push(keep(result.remember));
    return result;
  }

  /** Runs `forward` on `frames` frames that follow `state`. */
  step<T>(state: StreamState | null, frames: number, forward: () => T): { result: T; state: StreamState } {
    const layers: Tensor[] = [];
    this.#state = state;
    this.#next = layers;
    try {
      const result = forward();
      // From here on it belongs to the caller's scope, like any result.
      return { result, state: { frames: this.frames + frames, layers: layers.map((left) => left.alias()) } };
    } finally {
      for (const left of layers) left.dispose();
      this.#state = null;
      this.#next = null;
    }
  }
}
