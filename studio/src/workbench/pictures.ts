/** What the grids of the workbench show of the project's clips. */
import type { Clip } from 'kinora/workbench';
import type { GridClip } from '../clips/grid-clip.js';
import { addressOf } from './engine.js';

/** Frames of a moving thumbnail. */
export const FRAMES = 8;

export const sheetOf = (project: string, { id, version }: Pick<Clip, 'id' | 'version'>): string =>
  addressOf('clipStrip', { project, query: { clip: id, frames: FRAMES, height: 96, version } });

/** @param note replaces the length, such as a confidence */
export function shownClip(project: string, clip: Clip, note?: string): GridClip {
  const length = clip.seconds === null ? '' : `${clip.seconds.toFixed(1)} s`;
  return {
    name: nameOf(clip),
    note: clip.problem ?? note ?? length,
    bad: clip.problem !== null,
    sheet: sheetOf(project, clip),
    frames: FRAMES,
  };
}

/** `wave/anna-1.mp4` as `anna-1`. */
const nameOf = ({ id }: Clip): string => {
  const file = id.slice(id.lastIndexOf('/') + 1);
  return file.replace(/\.\w+$/, '');
};
