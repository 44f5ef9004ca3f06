/**
 * The playground's networks: convolutions with ReLU, the mean over time and space, and one linear layer. Strides are in
 * space only, so that time is averaged at the very end: with kernels one frame deep, the order of the frames then cannot
 * change the answer.
 */
import { gaussian, type Random, seeded } from './random.js';

export interface Architecture {
  readonly frames: number;
  /** Frames that a kernel spans: odd; 1 makes a 2D network. */
  readonly depth: number;
  readonly layers: number;
  /** Of every layer. */
  readonly channels: number;
  readonly classes: number;
}

/** Height and width of a clip. */
export const SIDE = 24;

export interface Convolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Along time, height and width, as all of these. */
  readonly kernel: readonly [number, number, number];
  readonly stride: readonly [number, number, number];
  readonly padding: readonly [number, number, number];
  readonly size: readonly [number, number, number];
  readonly result: readonly [number, number, number];
}

export function convolutions({ frames, depth, layers, channels }: Architecture): Convolution[] {
  let [inputs, side] = [1, SIDE];
  return Array.from({ length: layers }, (_, layer) => {
    const width = layer === 0 ? 5 : 3;
    const result = Math.ceil(side / 2);
    const made: Convolution = {
      name: `conv${layer + 1}`,
      inputs,
      outputs: channels,
      kernel: [depth, width, width],
      stride: [1, 2, 2],
      padding: [(depth - 1) / 2, (width - 1) / 2, (width - 1) / 2],
      size: [frames, side, side],
      result: [frames, result, result],
    };
    [inputs, side] = [channels, result];
    return made;
  });
}

export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Everything that a step changes, in PyTorch's order and shapes. */
export function parameters(architecture: Architecture): Parameter[] {
  const { channels, classes } = architecture;
  return [
    ...convolutions(architecture).flatMap(({ name, inputs, outputs, kernel }) => [
      { name: `${name}.weight`, shape: [outputs, inputs, ...kernel] },
      { name: `${name}.bias`, shape: [outputs] },
    ]),
    { name: 'linear.weight', shape: [classes, channels] },
    { name: 'linear.bias', shape: [classes] },
  ];
}

export const elements = (shape: readonly number[]): number => shape.reduce((count, size) => count * size, 1);

export type Weights = Readonly<Record<string, Float32Array>>;

const NOISE = 0.4;

/**
 * Noise to start from: He's initialisation at less than half its size for the convolutions, so that what they learn soon
 * outgrows the noise; the linear layer within 1 / sqrt(channels); biases 0.
 */
export function startingWeights(architecture: Architecture, seed: number): Weights {
  const random = seeded(seed, 0);
  const fill = ({ name, shape }: Parameter): Float32Array => {
    if (name.endsWith('bias')) return new Float32Array(elements(shape));
    const inputs = elements(shape.slice(1));
    const draw = name.startsWith('conv')
      ? spread(random, NOISE * Math.sqrt(2 / inputs))
      : within(random, inputs);
    return Float32Array.from({ length: elements(shape) }, draw);
  };
  return Object.fromEntries(parameters(architecture).map((parameter) => [parameter.name, fill(parameter)]));
}

const spread = (random: Random, deviation: number) => (): number => gaussian(random) * deviation;
const within = (random: Random, inputs: number) => (): number => (2 * random() - 1) / Math.sqrt(inputs);

/** Multiplications of one clip's forward pass, convolutions alone. */
export const multiplications = (architecture: Architecture): number =>
  convolutions(architecture).reduce(
    (sum, { inputs, outputs, kernel, result }) =>
      sum + inputs * outputs * elements(kernel) * elements(result),
    0,
  );
