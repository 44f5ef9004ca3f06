// One clip of 18x84x84 through an exported model in onnxruntime-node. Prints milliseconds.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { seconds, serve } from '../ours/serve.mjs';
import { sizes } from '../sizes.mjs';

const session = await InferenceSession.create(process.argv[2] ?? '', { intraOpNumThreads: sizes.threads });
const shape = [1, 3, 18, 84, 84];
const clips = new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape);
const runs = async () => {
  for (let i = 0; i < sizes.inferences; i++) await session.run({ clips });
};
await serve(async () => ((await seconds(runs)) / sizes.inferences) * 1000);
