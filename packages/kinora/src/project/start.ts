/**
 * What a new training starts from: the weights of another run of the project, or of a package such as `@kinora/gestures`. A
 * network is of use only with the clips prepared as it saw them, so network and preprocessing are part of the recipe.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError, serialize } from '@kinora/torch';
import type { RunConfigInput } from '../config/index.js';
import { weightsFile } from '../run/checkpoint.js';
import { specInside } from '../run/open.js';
import { isPackaged } from '../run/packaged.js';
import { type Project, pathsOf } from './project.js';

export interface Start {
  /** The configuration's `initFrom`, from the folder of the project. */
  readonly initFrom: string;
  readonly packaged: boolean;
  /** Its network, and how it saw its clips. */
  readonly settings: Pick<RunConfigInput, 'model' | (typeof SEEN)[number]>;
}

/** Keys of the preprocessing. The frame rate is left out: it belongs to the clips. */
const SEEN = ['frames', 'stride', 'sampling', 'resize', 'crop', 'pad', 'mean', 'std'] as const;

/**
 * The start of this name: a run, or a package of `@scope/name`. Throws `project/unknown-run`, `model/package`, and `model/*` for
 * a run without weights.
 */
export function startOf(project: Project, name: string): Start {
  const packaged = isPackaged(name);
  const initFrom = packaged ? name : `runs/${name}`;
  const folder = join(pathsOf(project).runs, name);
  if (!packaged && !existsSync(folder))
    throw kinoraError('project/unknown-run', 'initFrom', 'a run of the project', JSON.stringify(name));
  const file = weightsFile(packaged ? name : folder);
  const spec = specInside(file);
  const model = serialize.loadSafetensorsMetadata(file).get('model');
  if (spec === undefined || model === undefined)
    throw kinoraError(
      'model/no-spec',
      file,
      'the network and the preprocessing of its clips',
      'a file without them',
    );
  const seen = Object.fromEntries(SEEN.map((key) => [key, spec[key]]));
  return { initFrom, packaged, settings: { model, ...seen } };
}
