/** The networks of a site: as ONNX that gives out every layer's maps, the weights by themselves, and how they were trained. */
import { join } from 'node:path';
import type { RunConfig } from '../../config/index.js';
import { exportModel } from '../../export/export.js';
import { epochMetrics } from '../../run/metrics-log.js';
import { runFolderOf } from '../../run/run-folder.js';
import { writeKernels } from './kernels.js';
import type { SiteRun } from './protocol.js';

/** Writes `<name>.onnx`, `<name>.safetensors` and `<name>.kernels` into `folder` and returns what site.json says of the run. */
export function writeRun(folder: string, config: RunConfig): SiteRun {
  const { path } = runFolderOf(config);
  const name = config.name;
  const [model, weights] = [`${name}.onnx`, `${name}.safetensors`];
  const { network } = exportModel(path, { format: 'onnx', explain: true, out: join(folder, model) });
  exportModel(path, { format: 'safetensors', out: join(folder, weights) });
  const kernels = writeKernels(folder, config);
  return { name, network, model, weights, epochs: epochMetrics(config), ...(kernels && { kernels }) };
}
