// One operator on the shapes of ConvColumn6's first layers, by name. Prints milliseconds.
import { inferenceMode, ops, scope, threads } from '@kinora/torch';
import { sizes } from '../sizes.mjs';
import { seconds, serve } from './serve.mjs';

threads.set(sizes.threads);
const edge = sizes.step === 1 ? 16 : 84;
const [clip, kernel] = [ops.rand([1, 3, 18, edge, edge]), ops.rand([32, 3, 2, 3, 3])];
const maps = ops.rand([1, 32, 18, edge, edge]);
const matrix = ops.rand([512, 512]);
/** @type {Record<string, () => import('@kinora/torch').Tensor>} */
const operators = {
  conv3d: () => ops.conv3d(clip, kernel),
  max_pool3d: () => ops.max_pool3d(maps, [2, 2, 2]),
  matmul: () => matrix.matmul(matrix),
};
const run = operators[process.argv[2] ?? ''];
if (run === undefined) throw new Error(`expected one of ${Object.keys(operators).join(', ')}`);
await serve(
  async () => (await seconds(() => scope(() => inferenceMode(() => void run().toTypedArray())))) * 1000,
);
