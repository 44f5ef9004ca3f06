/** Predicts every clip of a list, with progress and reports of clips that cannot be read. */

import { isOneView } from '@kinora/clip';
import type { Device } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import { type BadClip, badClipLine } from '../data/lists/bad-clips.js';
import type { ClipList } from '../data/lists/clip-list.js';
import { evaluationLoader } from '../data/splits.js';
import { type Predictions, predictAll } from '../model/predict-all.js';
import { type Progress, silent } from '../progress.js';
import type { OpenedModel } from '../run/open.js';
import { averageViews, configViews, listOfViews } from './views.js';

export interface PredictOptions {
  /** Device of the network. Default: `cpu`. */
  readonly device?: Device;
  /** Receives progress and one line per clip that cannot be read. Default: `silent`. */
  readonly progress?: Progress;
  /** Stops between batches with the signal's reason. Default: none. */
  readonly signal?: AbortSignal;
}

/** Logits of the clips that could be read, in the list's order, averaged over the configuration's views. Stops between batches with the signal's reason. */
export async function predictList(
  { network, spec }: Pick<OpenedModel, 'network' | 'spec'>,
  list: ClipList,
  config: RunConfig,
  { device = 'cpu', progress = silent, signal }: PredictOptions = {},
  label = 'evaluating',
): Promise<Predictions & { ids: string[] }> {
  const onBadClip = (clip: BadClip) => progress.log(badClipLine(clip));
  const views = configViews(config);
  const single = isOneView(views);
  const shown = single ? list : listOfViews(list, views);
  const loader = evaluationLoader(shown, spec, config, onBadClip, { flow: network.flow });
  const unit = single ? 'clips' : 'views';
  const task = progress.task(label, { total: loader.clips, unit, every: config.printSteps });
  try {
    const found = await predictAll(network, loader, spec, device, { task, signal });
    const predictions = single ? found : averageViews(found, views);
    return { ...predictions, ids: Array.from(predictions.indices, (index) => list.items[index]!.id) };
  } finally {
    task.finish();
    await loader.close();
  }
}
