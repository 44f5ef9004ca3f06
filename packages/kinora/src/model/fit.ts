/** Whether clips of a size pass through a network, found by sending the shape of one; and if not, which size would. */
import { KinoraError, ops, scope, shapesOnly } from '@kinora/torch';
import type { Size3 } from './layers.js';
import type { Network } from './network.js';

/**
 * Throws `model/input-size` where a layer of the network cannot take what clips of `size` have become by then, and
 * frees the network.
 * @param input a size that fits
 */
export function checkFit(name: string, network: Network, size: Size3, input: Size3): void {
  const problem = refusal(network, size);
  if (problem === undefined) return;
  const { where, expected, received } = problem.parts;
  const fitting = nearestFit(network, size, input);
  network.dispose();
  throw new KinoraError({
    code: 'model/input-size',
    where: `${name}, ${where}`,
    expected: expected ?? 'a larger input',
    received: `${received} from clips of ${text(size)} (frames x height x width)`,
    hint: `clips of ${text(fitting)} fit`,
  });
}

function refusal(network: Network, size: Size3): KinoraError | undefined {
  const wasTraining = network.training;
  network.eval();
  try {
    shapesOnly(() => scope(() => void network.call(ops.zeros([1]).expand([1, 3, ...size]))));
    return undefined;
  } catch (error) {
    if (error instanceof KinoraError) return error;
    throw error;
  } finally {
    network.train(wasTraining);
  }
}

/** The fitting size that is closest on each axis by itself. */
function nearestFit(network: Network, size: Size3, input: Size3): Size3 {
  const axis = (i: 0 | 1 | 2) => {
    const fits = (length: number) =>
      refusal(network, input.with(i, length) as unknown as Size3) === undefined;
    for (let distance = 0; distance < Math.max(...input, size[i]); distance++) {
      if (fits(size[i] + distance)) return size[i] + distance;
      if (size[i] > distance && fits(size[i] - distance)) return size[i] - distance;
    }
    return input[i];
  };
  return [axis(0), axis(1), axis(2)];
}

const text = (size: Size3): string => size.join('x');
