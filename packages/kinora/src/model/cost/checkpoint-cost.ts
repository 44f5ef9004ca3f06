/**
 * The memory that a training step keeps if the network's segments are checkpointed, from a trace: the input and output
 * of each segment and, during its backward pass, its inside.
 */
import { nn, type Trace, type TracedCall, type TracedTensor } from '@kinora/torch';
import type { Network } from '../network.js';
import { bytesOf, savedBytes, tensorsIn } from './saved-activations.js';

export interface SegmentCost {
  /** Path of its first member, and the last part of that of its last: `conv_layer1.0–3`. */
  readonly name: string;
  /** Bytes of its output, and of its input unless that is the output of another segment; for one clip, in float32. */
  readonly keptBytes: number;
  /** Bytes inside, which exist while it is recomputed. */
  readonly insideBytes: number;
}

export interface CheckpointCost {
  readonly segments: readonly SegmentCost[];
  /** Bytes that layers outside segments keep. */
  readonly outsideBytes: number;
}

/** @param trace of `clips` clips in training mode. Undefined for a network without segments. */
export function checkpointCost(
  network: Network,
  trace: Pick<Trace<unknown>, 'calls' | 'modules'>,
  weights: ReadonlySet<number>,
  clips: number,
): CheckpointCost | undefined {
  const segments = segmentPaths(network);
  if (segments.length === 0) return undefined;
  const place = placesIn(segments);
  const edges = edgesOf(segments, trace, place, weights);
  const [kept, inside] = [new Map<number, number>(), new Map<number, number>()];
  const add = (to: Map<number, number>, segment: number, bytes: number): void => {
    to.set(segment, (to.get(segment) ?? 0) + bytes / clips);
  };
  for (const { tensor, segment } of edges.values()) add(kept, segment, bytesOf(tensor));
  for (const [call, bytes] of savedBytes(trace, weights, edges.keys())) add(inside, place(call), bytes);
  return {
    segments: segments.map((members, i) => ({
      name: nameOf(members),
      keptBytes: kept.get(i) ?? 0,
      insideBytes: inside.get(i) ?? 0,
    })),
    outsideBytes: inside.get(OUTSIDE) ?? 0,
  };
}

const OUTSIDE = -1;
type Place = (call: TracedCall) => number;

/** The segment of a call, or `OUTSIDE`: that of the nearest enclosing module that is a member of a segment. */
function placesIn(segments: readonly (readonly string[])[]): Place {
  const members = new Map(segments.flatMap((paths, i) => paths.map((path) => [path, i] as const)));
  return ({ module }) => {
    for (let path = module; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
      const segment = members.get(path);
      if (segment !== undefined) return segment;
    }
    return OUTSIDE;
  };
}

interface Edge {
  readonly tensor: TracedTensor;
  /** The segment that it is counted for. */
  readonly segment: number;
}

/** Inputs and outputs of segments by tensor, each once. */
function edgesOf(
  segments: readonly (readonly string[])[],
  { calls, modules }: Pick<Trace<unknown>, 'calls' | 'modules'>,
  place: Place,
  weights: ReadonlySet<number>,
): Map<number, Edge> {
  const edges = new Map<number, Edge>();
  for (const [segment, members] of segments.entries())
    for (const { path, output } of modules)
      if (path === members.at(-1)) edges.set(output.tensor, { tensor: output, segment });
  let before = OUTSIDE;
  for (const call of calls) {
    const segment = place(call);
    const [entering] = tensorsIn([...call.inputs.values()]).filter(({ tensor }) => !weights.has(tensor));
    if (segment !== OUTSIDE && segment !== before && entering && !edges.has(entering.tensor))
      edges.set(entering.tensor, { tensor: entering, segment });
    before = segment;
  }
  return edges;
}

/** Paths of the members of each segment; nested segments do not count. */
function segmentPaths(network: Network): string[][] {
  const paths = new Map([...network.namedModules()].map(([path, module]) => [module, path]));
  const found: string[][] = [];
  for (const [path, module] of network.namedModules()) {
    if (!(module instanceof nn.Segments)) continue;
    if (found.some((members) => members.some((member) => path.startsWith(`${member}.`)))) continue;
    for (const members of module.segments) found.push(members.map((member) => paths.get(member)!));
  }
  return found;
}

function nameOf(members: readonly string[]): string {
  const [first, last] = [members[0]!, members.at(-1)!];
  return first === last ? first : `${first}–${last.split('.').at(-1)}`;
}
