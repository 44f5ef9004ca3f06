/**
 * Layers that look back in time and never ahead (Kondratyuk et al. 2021, https://arxiv.org/abs/2103.11511): what they
 * say of a frame does not change when more frames come, so a video can go through them frame by frame.
 */
import { keep, nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';

/** A convolution without bias over this frame and those before; a clip begins after black frames. */
export class CausalConv3d extends nn.Conv3d {
  readonly #memory: Memory;
  readonly #context: number;

  /** @param stride along height and width; time keeps its length, so that each frame has its say */
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

/** Subtracts from every pixel its mean over the frames so far: what `Motion` does, without knowing the future. */
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

/** The mean over place and over the frames so far, at the last frame: `[N, C, T, H, W]` to `[N, C]`. */
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

/** Where a stream stands after some frames; null before the first one. Its tensors are the caller's. */
export interface StreamState {
  /** Frames seen so far. */
  readonly frames: number;
  /** What each layer remembers, in the order in which they run. */
  readonly layers: readonly Tensor[];
}

/**
 * What the layers of a streaming network remember between frames. Layers ask for it in the order in which they run,
 * which is the same at every step, so that a state is a plain list. Outside a step nothing is remembered.
 */
export class Memory {
  #state: StreamState | null = null;
  #next: Tensor[] | null = null;

  /** Frames before those in work. */
  get frames(): number {
    return this.#state?.frames ?? 0;
  }

  /**
   * Gives the layer in turn what it left at the step before (undefined at the start of a clip or stream), and takes what
   * it is to remember for the next one.
   */
  turn<T extends { readonly remember: Tensor }>(use: (past: Tensor | undefined) => T): T {
    const result = use(this.#next === null ? undefined : this.#state?.layers[this.#next.length]);
    // Layers run in scopes of their own, which what they leave outlives.
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
      // From here on it belongs to the scope of the caller, as any result does.
      return { result, state: { frames: this.frames + frames, layers: layers.map((left) => left.alias()) } };
    } finally {
      for (const left of layers) left.dispose();
      this.#state = null;
      this.#next = null;
    }
  }
}
