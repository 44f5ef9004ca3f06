/** Where a group of ranks goes on that is started again: at its last checkpoint, once there is one of its own. */
import { existsSync } from 'node:fs';
import type { RunConfig } from '../../config/index.js';
import { type Link, linked } from '../../run/generations.js';
import { runFolderOf } from '../../run/run-folder.js';
import { hasCheckpoint } from '../../train/beginning.js';

/**
 * Called before the first start; the result, before each further one, says what to add to the words of the first, of which
 * the last ones count.
 */
export function wordsToGoOn(config: RunConfig, resumeFrom: Link | undefined): () => string[] {
  const { checkpoints, config: file } = runFolderOf(config);
  const before = linked(checkpoints, 'last');
  return () => {
    // Killed before it went back to the best checkpoint, the group is still to go there.
    if (resumeFrom === 'best' && linked(checkpoints, 'last') === before) return [];
    return hasCheckpoint(config) || existsSync(file) ? ['--resume-from', 'last'] : [];
  };
}
