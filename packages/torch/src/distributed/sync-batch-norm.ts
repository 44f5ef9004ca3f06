/** Batch norm over the batches of all ranks (torch.nn.SyncBatchNorm.convert_sync_batchnorm), on CPU and GPU. */
import { BatchNormNd } from '../nn/layers/batch-norm.js';
import type { AnyModule } from '../nn/module.js';
import type { ProcessGroup } from './group.js';

/**
 * Makes every batch norm in `module` compute its statistics over all ranks while it trains; in evaluation nothing
 * changes. Parameters and names stay. Returns how many there are.
 */
export function synchronizeBatchNorm(module: AnyModule, group: ProcessGroup | null): number {
  const norms = [...module.namedModules().values()].filter((each) => each instanceof BatchNormNd);
  for (const norm of norms) norm.syncGroup = group;
  return norms.length;
}
