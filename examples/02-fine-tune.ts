// Fine-tunes a trained network on classes of your own: the convolutions stay, the classifier learns.
import { trainRun } from 'kinora';

const { folder, best } = await trainRun({
  name: 'mine',
  model: 'ConvColumnSmall',
  initFrom: 'runs/gestures', // a run, or a safetensors or PyTorch file
  freeze: ['conv_layer*'],
  trainFolder: 'data/mine/train',
  validationFolder: 'data/mine/validation',
  frames: 16,
  batchSize: 4,
  epochs: 2,
});
console.log(`${folder.path}: best validation top-1 ${best?.top1}`);
