/** For tests only: an exported network whose answers differ from clip to clip, and clips to ask it about. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frames } from '@kinora/clip';
import { manualSeed, noGrad, serialize } from '@kinora/torch';
import {
  defaultSpec,
  type ExportOptions,
  encodeJpeg,
  exportModel,
  findNetwork,
  type PreprocessSpec,
} from 'kinora';

export const LABELS = ['Swiping Left', 'Swiping Right', 'Stop Sign', 'Thumb Up', 'No gesture'];

export interface TestModel {
  readonly folder: string;
  readonly weights: string;
  readonly onnx: string;
  readonly spec: PreprocessSpec;
  remove(): void;
}

/** A network of random weights, sure of itself (its logits are spread), as a weights file and as ONNX. */
export function exportTestModel(
  name = 'ConvColumnSmall',
  explain = false,
  gain = 600,
  changes: Partial<PreprocessSpec> = {},
): TestModel {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-recognizer-'));
  const { build, input } = findNetwork(name);
  const [frames, height, width] = input;
  const spec = { ...defaultSpec(LABELS), frames, crop: { height, width }, ...changes };
  manualSeed(11);
  const network = build(LABELS.length, input);
  const lastWeight = network.parameters().at(-2)!;
  noGrad(() => {
    lastWeight.mul_(gain);
  });
  const weights = join(folder, 'model.safetensors');
  serialize.saveSafetensors(weights, network.stateDict(), { spec: JSON.stringify(spec) });
  network.dispose();
  const { file: onnx } = exportModel(weights, { format: 'onnx', out: join(folder, 'model.onnx'), explain });
  return { folder, weights, onnx, spec, remove: () => rmSync(folder, { recursive: true }) };
}

export interface TestExport {
  readonly folder: string;
  /** `NAME.train.onnx` */
  readonly training: string;
  readonly spec: PreprocessSpec;
  remove(): void;
}

/** A network of random weights, small enough that a step takes milliseconds, exported for training. */
export function exportTraining(
  options: Partial<ExportOptions> = {},
  name = 'ConvColumnSmall',
  seed = 2,
): TestExport {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-training-'));
  const size: [number, number, number] = [8, 40, 40];
  const { build } = findNetwork(name);
  const spec = {
    ...defaultSpec(['a', 'b', 'c']),
    frames: size[0],
    crop: { height: size[1], width: size[2] },
  };
  manualSeed(seed);
  const network = build(3, size);
  const weights = join(folder, 'net.safetensors');
  serialize.saveSafetensors(weights, network.stateDict(), { model: name, spec: JSON.stringify(spec) });
  network.dispose();
  const training = join(folder, 'net.train.onnx');
  exportModel(weights, { optimizer: 'adamw', ...options, format: 'onnx-train', out: training });
  return { folder, training, spec, remove: () => rmSync(folder, { recursive: true }) };
}

/** Frames of a square that moves in one of four directions; `variant` changes how far and how fast. */
export function moving(way: number, variant: number, count = 16): Frames {
  const [height, width] = [60, 80];
  const data = new Uint8Array(count * height * width * 3);
  for (let t = 0; t < count; t++)
    data.set(
      picture(height, width, (t - count / 2) * (0.8 + variant / 8), (way * Math.PI) / 2),
      t * height * width * 3,
    );
  return { data, count, height, width };
}

/** A picture in which a bright square moves with `t` over a gradient, RGB `[height, width, 3]`. */
export function picture(height: number, width: number, t: number, way: number): Uint8Array {
  const pixels = new Uint8Array(height * width * 3);
  const [cx, cy] = [width / 2 + Math.cos(way) * t * 3, height / 2 + Math.sin(way) * t * 3];
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 3) {
      const inside = Math.abs(x - cx) < width / 8 && Math.abs(y - cy) < height / 6;
      pixels[p] = inside ? 240 : (x * 255) / width;
      pixels[p + 1] = inside ? 200 - 20 * way : (y * 255) / height;
      pixels[p + 2] = inside ? 30 * way : 90;
    }
  }
  return pixels;
}

/** A clip as a folder of JPEG frames. */
export function writeClip(folder: string, count: number, height: number, width: number, way: number): string {
  mkdirSync(folder, { recursive: true });
  for (let t = 0; t < count; t++) {
    const file = join(folder, `${String(t + 1).padStart(5, '0')}.jpg`);
    writeFileSync(file, encodeJpeg(picture(height, width, t, way), { height, width }, 95));
  }
  return folder;
}
