/** The networks of a site: as ONNX that also outputs every layer's maps, the weights, and the training history. */
import { join } from 'node:path';
import type { RunConfig } from '../../config/index.js';
import { renderedSet } from '../../data/synth/rendered.js';
import { exportModel } from '../../export/export.js';
import { epochMetrics } from '../../run/metrics-log.js';
import { GESTURES } from '../../run/packaged.js';
import { runFolderOf } from '../../run/run-folder.js';
import { writeKernels } from './kernels.js';
import type { SiteRun } from './protocol.js';

/**
 * Writes `<name>.onnx`, `<name>.safetensors` and `<name>.kernels` into `folder` and returns the run's entry in
 * site.json.
 */
export function writeRun(folder: string, config: RunConfig): SiteRun {
  const { path } = runFolderOf(config);
  const name = config.name;
  const [model, weights] = [`${name}.onnx`, `${name}.safetensors`];
  const { network } = exportModel(path, { format: 'onnx', explain: true, out: join(folder, model) });
  exportModel(path, { format: 'safetensors', out: join(folder, weights) });
  const kernels = writeKernels(folder, config);
  return {
    ...{ name, network, model, weights, epochs: epochMetrics(config) },
    ...(isTrainedOnSynthetic(config) && { trainedOn: 'synthetic' }),
    ...(kernels && { kernels }),
  };
}

/** Whether its training clips lie in a data set of `kinora synth`, and nothing was learned from others before. */
function isTrainedOnSynthetic(config: RunConfig): boolean {
  const begun = !config.initFrom || config.initFrom === GESTURES;
  return begun && renderedSet(config) !== undefined;
}
