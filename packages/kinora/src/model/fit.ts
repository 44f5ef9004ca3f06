/** Checks by tracing shapes whether clips of a size fit a network, and if not, finds a size that does. */
import { KinoraError, kinoraError, ops, scope, shapesOnly, type Tensor } from '@kinora/torch';
import type { Size3 } from './layers.js';
import type { Network, NetworkEntry } from './network.js';

/**
 * A registry entry whose network accepts clips of any size that no layer collapses; building it for a size that does
 * throws `model/input-size`.
 */
export const checkedEntry = <Table extends Omit<NetworkEntry, 'build'>>(
  table: Table,
  NetworkOf: new (table: Table, classes: number) => Network,
): NetworkEntry => ({
  name: table.name,
  family: table.family,
  summary: table.summary,
  input: table.input,
  build: (classes, size) => {
    const network = new NetworkOf(table, classes);
    const problem = size && misfit(table.name, network, size, table.input);
    if (problem === undefined) return network;
    network.dispose();
    throw problem;
  },
});

/**
 * The error for clips of a size that does not fit, with the nearest size that does; undefined if it fits.
 *
 * @param run calls the network on clips `[1, 3, T, H, W]`
 */
export function misfit(
  name: string,
  network: Network,
  size: Size3,
  input: Size3,
  run: (clips: Tensor) => unknown = (clips) => network.call(clips),
): KinoraError | undefined {
  const problem = refusal(network, size, run);
  // A network whose forward reports sizes itself has already thrown.
  if (problem === undefined || problem.code === 'model/input-size') return problem;
  const { where, expected, received } = problem.parts;
  return kinoraError('model/input-size', `${name}, ${where}`, {
    expected: expected ?? 'a larger input',
    received: `${received} from clips of ${text(size)} (frames x height x width)`,
    hint: `clips of ${text(nearestFit(network, size, input, run))} fit`,
  });
}

function refusal(network: Network, size: Size3, run: (clips: Tensor) => unknown): KinoraError | undefined {
  const modes = [...network.namedModules().values()].map((module) => [module, module.training] as const);
  const device = network.parameters()[0]?.device ?? 'cpu';
  network.eval();
  try {
    shapesOnly(() => scope(() => void run(ops.zeros([1], { device }).expand([1, 3, ...size]))));
    return undefined;
  } catch (error) {
    if (error instanceof KinoraError) return error;
    throw error;
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

/** The fitting size that is closest along each axis separately. */
function nearestFit(network: Network, size: Size3, input: Size3, run: (clips: Tensor) => unknown): Size3 {
  const axis = (i: 0 | 1 | 2) => {
    const fits = (length: number) =>
      refusal(network, input.with(i, length) as unknown as Size3, run) === undefined;
    for (let distance = 0; distance < Math.max(...input, size[i]); distance++) {
      if (fits(size[i] + distance)) return size[i] + distance;
      if (size[i] > distance && fits(size[i] - distance)) return size[i] - distance;
    }
    return input[i];
  };
  return [axis(0), axis(1), axis(2)];
}

const text = (size: Size3): string => size.join('x');
