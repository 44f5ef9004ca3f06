/**
 * What is in an exported model's file: its description and its weights. An ONNX file is read without a library, because
 * onnxruntime does not hand out either. Field numbers are those of onnx/onnx.proto3.
 */
import {
  clipFrames,
  clipTicks,
  type KinoraError,
  kinoraError,
  type PostprocessSpec,
  type PreprocessSpec,
  parsePostprocess,
  parseSpec,
  specDefaults,
} from '@kinora/clip';
import type { Layer, LayerMaps, ModelInfo } from '../types.js';
import { fields, messages } from './protobuf.js';

/** Of ModelProto. Metadata are pairs of a key, field 1, and a value, field 2. */
const METADATA = 14;

export interface OpenedInfo extends ModelInfo {
  /** onnxruntime's WebGPU has no grouped 3D convolution. */
  readonly groupedConv3d: boolean;
}

/**
 * What an exported model says of itself, without running it. Throws `recognizer/model` for bytes that are no ONNX file, for
 * one that Kinora did not export, and for one whose metadata do not fit its graph. `where` names them.
 */
export function readModelInfo(file: Uint8Array, where: string): OpenedInfo {
  const metadata = readMetadata(file) ?? refuse(where, 'an ONNX file', describe(file));
  const spec = metadata.get('spec');
  if (spec === undefined)
    return refuse(where, 'a model that says how clips become its input', 'an ONNX file without that');
  if (hasExternalData(file))
    return refuse(where, 'a model whose weights are in its file', 'one that reads other files');
  const layers = metadata.get('layers');
  const read = {
    spec: readSpec(parse(spec, where), where),
    labels: readLabels(parse(metadata.get('labels') ?? '[]', where), where),
  };
  const features = checkGraph(readPorts(file) ?? refuse(where, 'an ONNX file', 'a damaged one'), read, where);
  return {
    network: metadata.get('network') ?? '',
    version: metadata.get('kinora') ?? '',
    ...read,
    postprocess: readPostprocess(parse(metadata.get('postprocess') ?? '{}', where), features, where),
    features,
    fingerprint: fingerprint(file),
    groupedConv3d: metadata.get('grouped_conv3d') === 'true',
    ...(layers === undefined ? {} : { layers: readLayers(parse(layers, where), where) }),
  };
}

/**
 * Messages that hold tensors, by field: those of ModelProto, GraphProto, NodeProto, AttributeProto, SparseTensorProto,
 * FunctionProto and TrainingInfoProto.
 */
const HOLDERS = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node' },
  training: { 1: 'graph', 2: 'graph' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
} as const;

/** Of TensorProto: `external_data`, and `data_location` where it is not the file itself. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/** Graphs inside graphs; the exporter writes none. */
const DEEPEST = 16;

/**
 * Whether a tensor is to be read from another file, which onnxruntime looks for in the working directory. Bytes that break
 * the format are left to those who read them.
 */
function hasExternalData(
  message: Uint8Array,
  kind: keyof typeof HOLDERS | 'tensor' = 'model',
  depth = 0,
): boolean {
  if (depth > DEEPEST) return true;
  try {
    for (const { number, value, bytes } of fields(message)) {
      if (kind === 'tensor') {
        if (number === EXTERNAL_DATA || (number === DATA_LOCATION && value !== 0)) return true;
      } else if (bytes !== undefined) {
        const inner = (HOLDERS[kind] as Readonly<Record<number, keyof typeof HOLDERS | 'tensor'>>)[number];
        if (inner !== undefined && hasExternalData(bytes, inner, kind === 'graph' ? depth + 1 : depth))
          return true;
      }
    }
  } catch {
    return false;
  }
  return false;
}

/** What no model comes near, and what a page could not hold. */
const MOST = {
  /** Numbers in a clip: 256 MiB of float32. */
  numbers: 2 ** 26,
  /** Ticks of the spec's rate that a clip spans. */
  ticks: 2 ** 15,
  /** Bytes of the frames of a running source: of each tick of a clip, one prepared frame. */
  held: 2 ** 29,
  /** Pixels of a side of a resized frame. */
  side: 4096,
  labels: 10_000,
  layers: 10_000,
} as const;

/**
 * Everything that is allocated later follows from the spec, so its sizes are those of the graph's input, and within bounds.
 * Returns the number of features. Throws `recognizer/model`.
 */
function checkGraph(
  ports: ReadonlyMap<string, Shape>,
  { spec, labels }: Pick<ModelInfo, 'spec' | 'labels'>,
  where: string,
): number {
  const { crop, resize } = spec;
  const clip = [3, clipFrames(spec), crop.height, crop.width];
  const shapeOf = (name: string): Shape =>
    ports.get(name) ?? refuse(where, `a port ${name} in the graph`, 'none');
  const [, ...input] = shapeOf('clips');
  if (input.join() !== clip.join())
    refuse(where, `a spec of the network's input, ${text(input)}`, `one of ${text(clip)}`);
  const most = (what: string, limit: number, value: number): void => {
    if (!(value <= limit)) refuse(where, `${what} of at most ${limit}`, `${value}`);
  };
  most(
    'a clip with a count of numbers',
    MOST.numbers,
    clip.reduce((a, b) => a * b),
  );
  most('a clip with a count of ticks', MOST.ticks, clipTicks(spec));
  most('a window with a count of bytes', MOST.held, 3 * crop.height * crop.width * clipTicks(spec));
  if (resize.rule !== 'none') most('a resized height', MOST.side, resize.height);
  if (resize.rule === 'exact') most('a resized width', MOST.side, resize.width);
  const [, classes] = shapeOf('logits');
  if (classes !== labels.length)
    refuse(where, `as many labels as the network has logits, ${classes ?? 'none'}`, `${labels.length}`);
  const [, features = 0, ...others] = shapeOf('features');
  return features > 0 && features <= MOST.numbers && others.length === 0
    ? features
    : refuse(where, 'features [N, F] in the graph', text(shapeOf('features')));
}

const text = (shape: Shape): string => `[${shape.map((size) => size ?? 'N').join(', ')}]`;

function readLabels(value: unknown, where: string): string[] {
  const good = Array.isArray(value) && value.length > 0 && value.length <= MOST.labels;
  if (good && value.every((label) => typeof label === 'string')) return value as string[];
  return refuse(where, `1 to ${MOST.labels} labels`, String(JSON.stringify(value)).slice(0, 40));
}

function readLayers(value: unknown, where: string): Layer[] {
  const isLayer = (one: Partial<Layer> | null): boolean =>
    [one?.path, one?.type, one?.output].every((name) => typeof name === 'string') &&
    Array.isArray(one?.shape) &&
    one.shape.every((size) => Number.isSafeInteger(size) && size > 0);
  if (Array.isArray(value) && value.length <= MOST.layers && value.every(isLayer)) return value as Layer[];
  return refuse(where, 'a list of layers with path, type, output and shape', 'another');
}

/** Key and value pairs of the top level; undefined where the bytes break the format. */
export function readMetadata(file: Uint8Array): Map<string, string> | undefined {
  const metadata = new Map<string, string>();
  const text = new TextDecoder();
  try {
    for (const { number, bytes } of fields(file)) {
      if (number !== METADATA || bytes === undefined) continue;
      const [key, value] = [...fields(bytes)];
      metadata.set(text.decode(key?.bytes), text.decode(value?.bytes));
    }
  } catch {
    return undefined;
  }
  return metadata;
}

function parse<T>(json: string, where: string): T {
  try {
    return JSON.parse(json) as T;
  } catch {
    return refuse(where, 'metadata in JSON', `"${json.slice(0, 40)}"`);
  }
}

/** Throws for a spec that this recognizer does not understand, or that leaves open how long a clip is. */
function readSpec(value: unknown, where: string): PreprocessSpec {
  // Models that are older than `mirrored` were given the pictures of cameras as they are, which is its default.
  const { labels: _, flipMap: __, mirrored: ___, ...needed } = specDefaults;
  const missing = Object.keys(needed).find((name) => !Object.hasOwn(Object(value), name));
  if (missing !== undefined) refuse(where, `${missing} in the preprocessing spec`, 'nothing', UPDATE);
  let spec: PreprocessSpec;
  try {
    spec = parseSpec(value, where);
  } catch (error) {
    const { where: place = where, expected, received = 'nothing' } = (error as KinoraError).parts;
    return refuse(place, expected, received, UPDATE);
  }
  return spec.clips > 0
    ? spec
    : refuse(where, 'a network that sees clips of one length', 'one that sees whole videos');
}

/** A temperature and settings that this recognizer cannot apply would change what the model says. */
function readPostprocess(value: unknown, features: number, where: string): PostprocessSpec {
  try {
    const read = parsePostprocess(value, `${where}, postprocess`);
    const { background } = read;
    if (background !== undefined && background.features !== features)
      refuse(where, `a background of ${features} features, as the network has`, `${background.features}`);
    return read;
  } catch (error) {
    const { where: place = where, expected, received = 'nothing' } = (error as KinoraError).parts;
    return refuse(place, expected, received, UPDATE);
  }
}

const UPDATE = 'export it again, or update @kinora/recognizer';

/** FNV-1a over at most a million bytes spread over the file, plus its length: distinguishes models, but is not secure. */
export function fingerprint(model: Uint8Array): string {
  const every = Math.ceil(model.length / 1e6);
  let hash = 0x811c9dc5;
  for (let i = 0; i < model.length; i += every) hash = Math.imul(hash ^ model[i]!, 0x01000193);
  return `${(hash >>> 0).toString(16).padStart(8, '0')}-${model.length}`;
}

const describe = (file: Uint8Array): string =>
  file.length === 0
    ? 'an empty file'
    : `${file.length} bytes that begin with ${JSON.stringify(new TextDecoder().decode(file.subarray(0, 12)))}`;

function refuse(
  where: string,
  expected: string,
  received: string,
  hint = 'make one with kinora export --format onnx',
): never {
  throw kinoraError('recognizer/model', printable(where), printable(expected), printable(received), { hint });
}

/** What a file says of itself may hold anything. */
const printable = (text: string): string => text.replaceAll(/\p{C}/gu, '?');

/** Of ModelProto. */
const GRAPH = 7;
/** Of GraphProto. */
const INITIALIZER = 5;
const PORTS = [11, 12];

/** Sizes; undefined for those that have a name, as the number of clips. */
type Shape = readonly (number | undefined)[];

/** Shapes of the graph's inputs and outputs by name; undefined where the bytes break the format. */
function readPorts(file: Uint8Array): Map<string, Shape> | undefined {
  const ports = new Map<string, Shape>();
  try {
    for (const graph of messages(file, GRAPH))
      for (const { number, bytes } of fields(graph)) {
        if (!PORTS.includes(number) || bytes === undefined) continue;
        // ValueInfoProto: name 1, type 2; TypeProto: tensor 1; its shape 2; of that, each dim 1, whose size is field 1.
        const name = new TextDecoder().decode([...messages(bytes, 1)][0]);
        const shapes = within(within(within([bytes], 2), 1), 2);
        const dims = within(shapes, 1);
        ports.set(
          name,
          dims.map((dim) => [...fields(dim)].find((field) => field.number === 1)?.value),
        );
      }
  } catch {
    return undefined;
  }
  return ports;
}

const within = (all: readonly Uint8Array[], number: number): Uint8Array[] =>
  all.flatMap((message) => [...messages(message, number)]);

/** Of TensorProto. */
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const FLOAT32 = 1;

/**
 * The float32 weights and statistics, by name, of an ONNX file that `readModelInfo` takes. Throws `recognizer/model`. Without `--explain` batch norms are folded
 * into the layers before them, whose weights are then called `<name>.folded`.
 */
export function readModelWeights(file: Uint8Array): Map<string, LayerMaps> {
  const weights = new Map<string, LayerMaps>();
  for (const graph of messages(file, GRAPH))
    for (const initializer of messages(graph, INITIALIZER)) {
      const { name, type, shape, data } = readTensor(initializer);
      if (type === FLOAT32 && data.length !== 4 * shape.reduce((a, b) => a * b, 1))
        refuse(name, `values of shape ${text(shape)}`, `${data.length} bytes`);
      if (type === FLOAT32) weights.set(name, { shape, data: new Float32Array(new Uint8Array(data).buffer) });
    }
  return weights;
}

interface RawTensor {
  name: string;
  type: number;
  shape: number[];
  data: Uint8Array;
}

function readTensor(message: Uint8Array): RawTensor {
  const tensor: RawTensor = { name: '', type: 0, shape: [], data: new Uint8Array() };
  for (const { number, value, bytes } of fields(message)) {
    if (number === TENSOR.dims && value !== undefined) tensor.shape.push(value);
    else if (number === TENSOR.dataType) tensor.type = value ?? 0;
    else if (number === TENSOR.name) tensor.name = new TextDecoder().decode(bytes);
    else if (number === TENSOR.rawData && bytes !== undefined) tensor.data = bytes;
  }
  return tensor;
}
