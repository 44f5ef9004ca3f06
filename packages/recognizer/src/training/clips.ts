/** The clips of a training in memory: as uint8, each once, within a limit. */
import { type KinoraError, kinoraError } from '@kinora/clip';
import type { TrainingClip } from './types.js';

export interface HeldClip extends TrainingClip {
  /** uint8 RGB `[T, crop.height, crop.width, 3]` */
  readonly pixels: Uint8Array;
  /** Outputs of the frozen prefix, by name, once computed. */
  readonly kept: Map<string, Float32Array>;
}

export class Clips {
  readonly #clips = new Map<number, HeldClip>();
  readonly #limit: number;
  readonly #keptBytes: number;
  #next = 1;

  /** @param limit bytes in all @param keptBytes of the prefix's outputs of one clip */
  constructor(limit: number, keptBytes: number) {
    this.#limit = limit;
    this.#keptBytes = keptBytes;
  }

  get list(): TrainingClip[] {
    return Array.from(this.#clips.values(), publicOf);
  }

  get(id: number): HeldClip | undefined {
    return this.#clips.get(id);
  }

  which(heldOut: boolean): HeldClip[] {
    return [...this.#clips.values()].filter((clip) => clip.heldOut === heldOut);
  }

  /** A clip that may be added, with the next number. Throws `trainer/clip`, `trainer/memory`. */
  check(pixels: Uint8Array, label: string, heldOut: boolean, frames: number): HeldClip {
    if (frames > 1 && isStill(pixels, frames))
      throw wrongClip(
        'a clip in which something changes',
        `${frames} frames that are all the same`,
        'pass a video or several frames; of one frame there is no motion to learn',
      );
    for (const other of this.#clips.values()) {
      if (!isSame(other.pixels, pixels)) continue;
      throw wrongClip(
        'a clip that is not there yet',
        `the same as clip ${other.id}, "${other.label}"${other.heldOut ? ' (held out)' : ''}`,
        `record another one, or removeClip(${other.id}) first`,
      );
    }
    const one = pixels.length + this.#keptBytes;
    const needed = (this.#clips.size + 1) * one;
    if (needed > this.#limit)
      throw kinoraError(
        'trainer/memory',
        'clips',
        `at most ${this.#limit} bytes (option memory)`,
        `${needed}`,
        {
          hint: `the ${this.#clips.size} clips so far are kept; remove some, or raise memory`,
        },
      );
    return { id: this.#next, label, heldOut, pixels, kept: new Map() };
  }

  add(clip: HeldClip): void {
    this.#clips.set(clip.id, clip);
    this.#next = Math.max(this.#next, clip.id + 1);
  }

  /** Throws `trainer/clip` for a number that no clip has. */
  remove(id: number): void {
    if (this.#clips.delete(id)) return;
    throw wrongClip(`the id of one of ${this.#clips.size} clips`, String(id), 'see trainer.clips');
  }
}

export const publicOf = ({ id, label, heldOut }: TrainingClip): TrainingClip => ({ id, label, heldOut });

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function isStill(pixels: Uint8Array, frames: number): boolean {
  const size = pixels.length / frames;
  return pixels.every((value, i) => value === pixels[i % size]);
}

export const wrongClip = (expected: string, received: string, hint: string): KinoraError =>
  kinoraError('trainer/clip', 'the clip', expected, received, { hint });
