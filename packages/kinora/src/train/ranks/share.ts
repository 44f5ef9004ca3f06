/** What rank 0 has read from disk, or made, for every other rank: weights, optimizer, schedule, precision, and where training stands. */
import { type DType, distributed, ops, scope, type Tensor } from '@kinora/torch';
import type { PrecisionState, Trained, TrainingProgress } from '../../run/checkpoint.js';

type OptimizerState = ReturnType<Trained['optimizer']['stateDict']>;

interface SharedState {
  readonly progress: TrainingProgress;
  readonly schedule: ReturnType<Trained['schedule']['state']>;
  readonly settings: OptimizerState['settings'];
  /** All ranks compute in the same, and scale their losses alike. */
  readonly precision: PrecisionState;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: readonly number[];
  }[];
}

/** Makes `training` on every rank that of rank 0. */
export async function shareTraining(world: distributed.World, training: Trained): Promise<void> {
  const { optimizer, schedule, precision, device } = training;
  const own = optimizer.stateDict();
  const text = await world.fromLead(JSON.stringify(describe(training, own)));
  const shared = JSON.parse(text) as SharedState;
  const leads = world.rank === 0;
  shareWeights(world, training);
  scope(() => {
    const tensors = leads ? own.tensors : emptyTensors(shared, device);
    distributed.broadcastState(world.group, tensors.values());
    if (!leads) optimizer.loadStateDict({ tensors, settings: shared.settings });
  });
  if (leads) return;
  schedule.restore(shared.schedule);
  precision.restore(shared.precision);
  training.progress = shared.progress;
}

/** Weights, averaged ones and statistics of rank 0. */
export function shareWeights(world: distributed.World, { network, average }: Trained): void {
  distributed.broadcastState(world.group, network.stateDict().values());
  if (average !== null) distributed.broadcastState(world.group, average.network.stateDict().values());
}

/** Without synchronised batch norm every rank has statistics of its own; those of rank 0 are the run's. */
export function shareStatistics(world: distributed.World, { network, average }: Trained): void {
  distributed.broadcastState(world.group, network.namedBuffers().values());
  if (average !== null) distributed.broadcastState(world.group, average.network.namedBuffers().values());
}

function describe(
  { progress, schedule, precision }: Trained,
  { tensors, settings }: OptimizerState,
): SharedState {
  const shapes = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  return { progress, schedule: schedule.state(), settings, precision: precision.state, tensors: shapes };
}

function emptyTensors({ tensors }: SharedState, device: string): Map<string, Tensor> {
  return new Map(tensors.map(({ name, dtype, shape }) => [name, ops.empty([...shape], { dtype, device })]));
}
