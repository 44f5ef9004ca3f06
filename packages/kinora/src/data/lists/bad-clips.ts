/**
 * Clips that cannot be read: telling them from faults of the machine, counting them against a limit, listing them.
 */
import { KinoraError } from '@kinora/torch/error';

export interface BadClip {
  /** Position in the list. */
  readonly index: number;
  readonly id: string;
  readonly path: string;
  /** One line: what was expected and what stood there. */
  readonly reason: string;
}

/** Whether an error means that a clip is missing or damaged, so that work can continue without it. */
export function isClipFault(error: unknown): error is KinoraError {
  return error instanceof KinoraError && error.code.startsWith('clip/');
}

/** How many bad clips a share of them allows: one is always forgiven, but for a share of 0. */
export const allowedBad = (share: number, clips: number): number =>
  share === 0 ? 0 : Math.max(1, Math.floor(share * clips));

/** The bad clips met so far. `report` is called once for each; more than `allowedBad` of them are an error. */
export class BadClips {
  readonly #found = new Map<number, BadClip>();
  readonly #allowed: number;

  constructor(
    private readonly clips: number,
    private readonly limit: number,
    private readonly report: (clip: BadClip) => void,
  ) {
    this.#allowed = allowedBad(limit, clips);
  }

  has(index: number): boolean {
    return this.#found.has(index);
  }

  /** In the order of the list. */
  all(): BadClip[] {
    return [...this.#found.values()].sort((a, b) => a.index - b.index);
  }

  add(clip: BadClip): void {
    if (this.#found.has(clip.index)) return;
    this.#found.set(clip.index, clip);
    this.report(clip);
    if (this.#found.size > this.#allowed) throw this.#tooMany(clip);
  }

  #tooMany(last: BadClip): KinoraError {
    return new KinoraError({
      code: 'data/too-many-bad-clips',
      expected: `at most ${this.#allowed} of ${this.clips} clips to be unreadable (maxBadFraction ${this.limit})`,
      received: `${this.#found.size}, the last: ${last.reason}`,
      hint: 'repair the data, or raise maxBadFraction',
    });
  }
}
