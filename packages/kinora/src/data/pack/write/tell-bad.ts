/** The clips that a pack is without: a file names them, and too many are an error. */
import { rmSync } from 'node:fs';
import { KinoraError } from '@kinora/torch/error';
import { allowedBad, writeBadClips } from '../../lists/bad-clips.js';
import type { BadPlace } from './pack-shard.js';

/** Throws `data/too-many-bad-clips`. */
export function tellBad(file: string, bad: readonly BadPlace[], clips: number, limit: number): void {
  rmSync(file, { force: true });
  if (bad.length === 0) return;
  const sorted = [...bad].sort((a, b) => a.place - b.place);
  writeBadClips(
    file,
    sorted.map(({ place, ...clip }) => ({ index: place, ...clip })),
  );
  const allowed = allowedBad(limit, clips);
  if (bad.length <= allowed && bad.length < clips) return;
  throw new KinoraError({
    code: 'data/too-many-bad-clips',
    expected: `at most ${allowed} of ${clips} clips to be unreadable (maxBadFraction ${limit})`,
    received: `${bad.length}, the first: ${sorted[0]!.reason}`,
    hint: `all stand in ${file}; repair them and call again, or raise maxBadFraction`,
  });
}
