// One operator of TensorFlow.js, as ours/operators.mjs runs it. Its backend without a browser is plain JavaScript. Prints
// milliseconds.
import * as tf from '@tensorflow/tfjs';
import { seconds, serve } from '../ours/serve.mjs';
import { sizes } from '../sizes.mjs';

await tf.setBackend('cpu');
const edge = sizes.step === 1 ? 16 : 84;
const [clip, kernel] = [tf.randomUniform([1, 18, edge, edge, 3]), tf.randomUniform([2, 3, 3, 3, 32])];
const maps = tf.randomUniform([1, 18, edge, edge, 32]);
const matrix = tf.randomUniform([512, 512]);
/** @type {Record<string, () => import('@tensorflow/tfjs').Tensor>} */
const operators = {
  conv3d: () => tf.conv3d(clip, kernel, 1, 'valid'),
  max_pool3d: () => tf.maxPool3d(maps, 2, 2, 'valid'),
  matmul: () => tf.matMul(matrix, matrix),
};
const run = operators[process.argv[2] ?? ''];
await serve(async () => (await seconds(() => tf.tidy(() => void run().dataSync()))) * 1000);
