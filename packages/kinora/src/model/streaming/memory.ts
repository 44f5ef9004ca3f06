/**
 * What the layers of a streaming network remember between frames. Layers ask for it in the order in which they run,
 * which is the same at every step, so that a state is a plain list. Outside a step nothing is remembered.
 */
import { keep, type Tensor } from '@kinora/torch';

/** Where a stream stands after some frames; null before the first one. Its tensors are the caller's. */
export interface StreamState {
  /** Frames seen so far. */
  readonly frames: number;
  /** What each layer remembers, in the order in which they run. */
  readonly layers: readonly Tensor[];
}

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
