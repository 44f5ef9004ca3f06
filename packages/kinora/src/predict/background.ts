/** Features of clips that show all sorts of movements, stored with the weights: whoever is taught gestures on them can tell others apart. */
import { encodeBackground, permutation, randomStream } from '@kinora/clip';
import { namingKeysOf, type RunConfig, type RunConfigInput } from '../config/index.js';
import { type BadClip, badClipLine } from '../data/lists/bad-clips.js';
import type { ClipList } from '../data/lists/clip-list.js';
import { type Progress, silent } from '../progress.js';
import { writePostprocess } from '../run/postprocess.js';
import { configOf, openRunModel, validationOf } from './evaluate.js';
import { collectFeatures, type FeatureOptions, readClips } from './features.js';

/** Which clips, and how many of them. */
export interface BackgroundOptions extends Pick<FeatureOptions, 'device' | 'folder' | 'signal'> {
  /** A folder with one subfolder per class, a CSV list or the index of a pack. Default: the run's validation clips. */
  readonly clips?: string;
  /** Most clips that are stored, drawn evenly from all. Default: 512. */
  readonly most?: number;
  /** Receives progress. Default: `silent`. */
  readonly progress?: Progress;
}

export interface BackgroundResult {
  /** Clips whose features were stored. */
  readonly clips: number;
  /** Length of the input of the network's last layer. */
  readonly features: number;
  /** The file that they were written into. */
  readonly file: string;
}

/**
 * Stores the features of clips with a run's weights, for gestures that are taught later: models exported from them reject
 * movements that nobody taught. The clips should show people who are not in the training clips.
 *
 * @throws KinoraError `data/*` for clips that cannot be read
 */
export async function backgroundRun(
  run: string | RunConfig | RunConfigInput,
  options: BackgroundOptions = {},
): Promise<BackgroundResult> {
  const config = await configOf(run);
  return namingKeysOf(config, () => backgroundConfig(config, options));
}

/** Identifies the random stream. */
const DRAW = 0xbac6;

async function backgroundConfig(
  config: RunConfig,
  { clips, folder, most = 512, progress = silent, ...options }: BackgroundOptions,
): Promise<BackgroundResult> {
  const model = openRunModel(config, options);
  try {
    const all = clips === undefined ? validationOf(config, model.spec.labels) : readClips(clips, folder);
    const list = drawn(all, most);
    const onBadClip = (clip: BadClip): void => progress.log(badClipLine(clip));
    const task = progress.task('background', {
      total: list.items.length,
      unit: 'clips',
      every: config.printSteps,
    });
    const rows: Float32Array[] = [];
    const movements: number[] = [];
    try {
      const workers = config.workers === null ? {} : { workers: config.workers };
      const reading = { ...options, ...workers, maxBadFraction: config.maxBadFraction, onBadClip };
      for await (const { features, label = '' } of collectFeatures(model, list, reading)) {
        rows.push(features);
        // Without labels, all clips count as one movement.
        movements.push(Math.max(0, list.labels.indexOf(label)));
        task.update(rows.length);
      }
    } finally {
      task.finish();
    }
    writePostprocess(model.file, { ...model.postprocess, background: encodeBackground(rows, movements) });
    return { clips: rows.length, features: rows[0]!.length, file: model.file };
  } finally {
    model.network.dispose();
  }
}

/** At most so many clips of a list, in its order. */
function drawn(list: ClipList, most: number): ClipList {
  const { length } = list.items;
  if (length <= most) return list;
  const chosen = new Set(permutation(length, randomStream(0, DRAW)).slice(0, most));
  return { ...list, items: list.items.filter((_, i) => chosen.has(i)) };
}
