/** Reads the weights of a site: a safetensors file with float32 tensors. */

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Tensors of other types are left out. Throws on bytes that are no safetensors file. */
export function readSafetensors(file: ArrayBuffer): Map<string, Tensor> {
  const length = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length))) as Record<
    string,
    Entry
  >;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__' || dtype !== 'F32') continue;
    const [from, to] = data_offsets.map((offset) => 8 + length + offset) as [number, number];
    tensors.set(name, { shape, values: new Float32Array(file.slice(from, to)) });
  }
  return tensors;
}
