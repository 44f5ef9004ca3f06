/**
 * Clips that cannot be read: distinguishes them from faults of the machine, counts them against a limit and lists them.
 */
import { KinoraError } from '@kinora/torch/error';
import { onOneLine } from '../../files/printable.js';

/** A clip that could not be read, and why. */
export interface BadClip {
  /** Position in the list. */
  readonly index: number;
  readonly id: string;
  readonly path: string;
  /** One line: what was expected and what was there instead. */
  readonly reason: string;
}

/** How a bad clip is reported. Its id is the name of a file, which may hold anything. */
export const badClipLine = ({ id, reason }: Pick<BadClip, 'id' | 'reason'>): string =>
  onOneLine(`bad clip ${id}: ${reason}`);

/** Whether an error means that a clip is missing or damaged, so that work can continue without the clip. */
export function isClipFault(error: unknown): error is KinoraError {
  return error instanceof KinoraError && error.code.startsWith('clip/');
}

/** Number of bad clips that a share allows: always at least one, unless the share is 0. */
export const allowedBad = (share: number, clips: number): number =>
  share === 0 ? 0 : Math.max(1, Math.floor(share * clips));

/** The bad clips found so far. `report` is called once for each; more than `allowedBad` is an error. */
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
