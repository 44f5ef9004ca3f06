/**
 * Types of the compiled addon, whose table of contents is native/module.cc. Handles are numbers; native/handles.h
 * describes them. Nothing outside this package imports this file.
 */
import type { DType } from './dtype.js';

export type Handle = number;

export interface NativeArgument {
  name: string;
  /** The schema's real type: `Tensor`, `Tensor?`, `int[]`, `ScalarType?`, ... */
  type: string;
  /** By name only. */
  named: boolean;
  /** Has a default. */
  optional: boolean;
  default: unknown;
  /** N of `int[N]`. */
  length?: number;
  /** Written to, as `self` of in-place operators and `out`. */
  written: boolean;
}

export interface NativeOperator {
  index: number;
  schema: string;
  arguments: NativeArgument[];
  returns: NativeArgument[];
  /** For each result, the index of the argument that it is (in-place and out= operators), or -1 for a new value. */
  returned: number[];
}

export interface NativeModule {
  overloads(name: string): string[];
  resolve(name: string, overload: string): NativeOperator | undefined;
  /** Arguments in the schema's order; returns one result, or an array of them. Results that are arguments are undefined. */
  call(index: number, ...args: unknown[]): unknown;

  fromBytes(bytes: ArrayBufferView, dtype: DType, shape: readonly number[], pinned: boolean): Handle;
  readBytes(handle: Handle, destination: ArrayBufferView, as: DType): void;
  writeBytes(handle: Handle, source: ArrayBufferView): void;
  item(handle: Handle): number | bigint | boolean;
  shape(handle: Handle): number[];
  strides(handle: Handle): number[];
  dtype(handle: Handle): DType;
  device(handle: Handle): string;
  isContiguous(handle: Handle): boolean;
  storage(handle: Handle): { key: bigint; offset: number; bytes: number };
  release(handle: Handle): void;
  /** Leaves it to the garbage collector from now on, and reports its memory to V8. */
  entrust(handle: Handle): void;
  statistics(): { liveTensors: number; liveBytes: number };

  backward(
    outputs: Handle[],
    gradients: Handle[],
    retainGraph: boolean,
    createGraph: boolean,
    inputs: Handle[],
  ): void;
  grad(
    outputs: Handle[],
    inputs: Handle[],
    gradients: Handle[],
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Handle | null)[];
  gradient(handle: Handle): Handle | null;
  setGradient(handle: Handle, gradient: Handle | null): void;
  requiresGrad(handle: Handle): boolean;
  setRequiresGrad(handle: Handle, required: boolean): void;
  isLeaf(handle: Handle): boolean;
  setGradEnabled(enabled: boolean): boolean;
  isGradEnabled(): boolean;
  enterInferenceMode(): void;
  leaveInferenceMode(): void;

  /** `null` turns it off. Returns the previous mode. */
  setAutocast(device: string, dtype: DType | null): DType | null;
  setCuda(tf32: boolean, benchmark: boolean): void;

  manualSeed(seed: number | bigint): void;
  newGenerator(seed: number | bigint): Handle;
  releaseGenerator(handle: Handle): void;
  generatorState(generator: string | Handle): Handle;
  setGeneratorState(generator: string | Handle, state: Handle): void;

  threads(): number;
  /** `blas`: also set the number of OpenBLAS's own threads */
  setThreads(count: number, blas: boolean): void;
  cudaDeviceCount(): number;
  synchronize(device: string): void;
  setDeterministic(enabled: boolean): void;
  description(): { version: string; config: string; parallel: string };

  newStream(device: string): number;
  /** Returns the id of the previous stream. */
  exchangeStream(device: string, id: number): number;
  followStream(device: string, id: number): void;
  recordStream(handle: Handle): void;
  recordEvent(device: string): Handle;
  isEventDone(event: Handle): boolean;
  releaseEvent(event: Handle): void;

  onWarning(callback: (text: string) => void): void;

  distributedFeatures(): { c10d: boolean; gloo: boolean; nccl: boolean };
  newTcpStore(
    host: string,
    port: number,
    isServer: boolean,
    timeoutMs: number,
    thisHostOnly: boolean,
  ): Promise<Handle>;
  newFileStore(path: string, worldSize: number): Handle;
  newPrefixStore(prefix: string, store: Handle): Handle;
  storePort(store: Handle): number | null;
  storeSet(store: Handle, key: string, value: string): void;
  storeGet(store: Handle, key: string): string;
  storeAdd(store: Handle, key: string, amount: number): number;
  storeCheck(store: Handle, keys: readonly string[]): boolean;
  storeDelete(store: Handle, key: string): boolean;
  releaseStore(store: Handle): void;

  newGroup(
    store: Handle,
    backend: string,
    rank: number,
    size: number,
    timeoutMs: number,
    address: string,
  ): Promise<Handle>;
  releaseGroup(group: Handle): void;
  allReduce(group: Handle, tensor: Handle, op: string): Handle;
  broadcast(group: Handle, tensor: Handle, root: number): Handle;
  allGather(group: Handle, outputs: readonly Handle[], input: Handle): Handle;
  barrier(group: Handle): Handle;
  waitWork(work: Handle): void;
  isWorkDone(work: Handle): boolean;
  promiseOfWork(work: Handle): Promise<void>;
  releaseWork(work: Handle): void;

  newReducer(
    group: Handle,
    params: readonly Handle[],
    firstBucketBytes: number,
    bucketBytes: number,
    findUnused: boolean,
    timed: boolean,
  ): Handle;
  prepareForward(reducer: Handle): void;
  prepareBackward(reducer: Handle, outputs: readonly Handle[]): void;
  bucketTimes(reducer: Handle): number[];
  releaseReducer(reducer: Handle): void;

  normActivation(
    input: Handle,
    weight: Handle,
    bias: Handle,
    runningMean: Handle | null,
    runningVar: Handle | null,
    momentum: number,
    eps: number,
    slope: number,
    cap: number,
    window: readonly number[],
  ): Handle;

  depthwiseConv3d(
    input: Handle,
    weight: Handle,
    bias: Handle | null,
    stride: readonly number[],
    padding: readonly number[],
  ): Handle;

  syncBatchNorm(
    input: Handle,
    weight: Handle | null,
    bias: Handle | null,
    runningMean: Handle | null,
    runningVar: Handle | null,
    momentum: number,
    eps: number,
    group: Handle,
  ): Handle;

  startHeartbeat(
    host: string,
    port: number,
    rank: number,
    size: number,
    intervalMs: number,
    limitMs: number,
    graceMs: number,
    onFailure: (text: string, isError: boolean) => void,
  ): Handle;
  reportError(heartbeat: Handle, reason: string): void; // reports an error of this rank
  stopHeartbeat(heartbeat: Handle): void;
}
