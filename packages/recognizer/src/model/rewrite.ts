/** An ONNX file with other weights and other labels: its nodes stay as they are. Field numbers are those of onnx/onnx.proto3. */
import type { PreprocessSpec } from '@kinora/clip';
import { bytes, concat, fields, int64, message, text } from './protobuf.js';
import type { StoredTensor } from './safetensors.js';

const MODEL = { graph: 7, metadata: 14 } as const;
const GRAPH = { initializer: 5, output: 12 } as const;
const FLOAT32 = 1;

export interface Replacement {
  /** float32 by name; constants of other names stay. */
  readonly weights: ReadonlyMap<string, StoredTensor>;
  /** Keys of metadata that are left out: what was found for the weights or labels before. */
  readonly without?: readonly string[];
  /** Preprocessing and labels, which are the metadata `spec` and `labels` and the width of the output `logits`. */
  readonly spec: PreprocessSpec;
}

/** The bytes of the file with the replacements. */
export function rewriteModel(
  file: Uint8Array,
  { weights, spec, without = [] }: Replacement,
): Uint8Array<ArrayBuffer> {
  const metadata: Record<string, string> = {
    spec: JSON.stringify(spec),
    labels: JSON.stringify(spec.labels),
  };
  return rewrite(file, (number, content) => {
    if (number === MODEL.metadata) {
      const key = textOf(content, 1);
      if (without.includes(key)) return undefined;
      return metadata[key] === undefined ? content : concat([text(1, key), text(2, metadata[key])]);
    }
    if (number !== MODEL.graph) return content;
    return rewrite(content, (field, own) => {
      if (field === GRAPH.initializer) {
        const name = textOf(own, 8);
        const tensor = weights.get(name);
        return tensor === undefined ? own : encodeTensor(name, tensor);
      }
      if (field !== GRAPH.output || textOf(own, 1) !== 'logits') return own;
      const dims = [message(1, text(2, 'N')), message(1, int64(1, spec.labels.length))];
      return concat([text(1, 'logits'), message(2, message(1, int64(1, FLOAT32), message(2, ...dims)))]);
    });
  });
}

/** A message whose messages and texts went through `change`, which leaves out those that it gives nothing for. */
function rewrite(
  whole: Uint8Array,
  change: (number: number, content: Uint8Array) => Uint8Array | undefined,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const { number, value, bytes: content } of fields(whole)) {
    const changed = content && change(number, content);
    if (changed !== undefined) parts.push(bytes(number, changed));
    else if (value !== undefined) parts.push(int64(number, value));
  }
  return concat(parts);
}

const encodeTensor = (name: string, { shape, bytes: data }: StoredTensor): Uint8Array =>
  concat([...shape.map((size) => int64(1, size)), int64(2, FLOAT32), text(8, name), bytes(9, data)]);

function textOf(message: Uint8Array, wanted: number): string {
  for (const { number, bytes: content } of fields(message))
    if (number === wanted) return new TextDecoder().decode(content);
  return '';
}
