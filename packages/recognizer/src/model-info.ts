/**
 * What an exported model says of itself: the metadata of an ONNX file, read without a library, because onnxruntime does not
 * hand it out. Fields as in onnx/onnx.proto3: ModelProto.metadata_props is 14, its key 1 and value 2.
 */
import { KinoraError } from './error.js';
import { fields } from './protobuf.js';
import type { Layer, ModelInfo, PreprocessSpec } from './types.js';

const METADATA = 14;

export interface OpenedInfo extends ModelInfo {
  /** onnxruntime's WebGPU has no grouped 3D convolution. */
  readonly groupedConv3d: boolean;
}

/** Throws `recognizer/model` for bytes that are no ONNX file, or one that Kinora did not export. `where` names them. */
export function readModelInfo(file: Uint8Array, where: string): OpenedInfo {
  const metadata = readMetadata(file) ?? refuse(where, 'an ONNX file', describe(file));
  const spec = metadata.get('spec');
  if (spec === undefined)
    return refuse(where, 'a model that says how clips become its input', 'an ONNX file without that');
  const layers = metadata.get('layers');
  return {
    network: metadata.get('network') ?? '',
    version: metadata.get('kinora') ?? '',
    labels: parse<string[]>(metadata.get('labels') ?? '[]', where),
    spec: checkSpec(parse<PreprocessSpec>(spec, where), where),
    groupedConv3d: metadata.get('grouped_conv3d') === 'true',
    ...(layers === undefined ? {} : { layers: parse<Layer[]>(layers, where) }),
  };
}

/** Key and value pairs of the top level; undefined where the bytes break the format. */
function readMetadata(file: Uint8Array): Map<string, string> | undefined {
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

/** The exporter has checked every field; what is checked here is that this recognizer understands them. */
function checkSpec(spec: PreprocessSpec, where: string): PreprocessSpec {
  const known =
    ['dense', 'centre', 'uniform'].includes(spec.sampling) &&
    ['none', 'shrink', 'height', 'exact'].includes(spec.resize?.rule) &&
    ['zeros', 'resize'].includes(spec.pad) &&
    [spec.frameRate, spec.frames, spec.stride, spec.clips, spec.crop?.height, spec.crop?.width].every(
      (value) => typeof value === 'number' && value > 0,
    ) &&
    [...(spec.mean ?? []), ...(spec.std ?? [])].length === 6;
  if (known) return spec;
  return refuse(
    where,
    'a preprocessing spec of this version',
    'another one',
    'export it again, or update @kinora/recognizer',
  );
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
  throw new KinoraError({ code: 'recognizer/model', where, expected, received, hint });
}
