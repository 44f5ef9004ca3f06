/** Training in many processes on PyTorch's c10d (torch.distributed): the table of contents. */
export { agree, type Facts } from './agreement.js';
export { firstHost, freePort, type Place, placeFromEnvironment } from './environment.js';
export { type Backend, type Features, features } from './features.js';
export { type GroupOptions, ProcessGroup, type ReduceOp, Work } from './group.js';
export { Heartbeat, type HeartbeatOptions, type RankFailure } from './heartbeat.js';
export {
  type BucketTime,
  broadcastState,
  type GradientReducer,
  gradientReducer,
  type ReducerOptions,
  synchronizeBatchNorm,
} from './reducer.js';
export { type JoinOptions, Rendezvous, type RendezvousOptions } from './rendezvous.js';
export { Store, type TcpStoreOptions } from './store.js';
export { World } from './world.js';
