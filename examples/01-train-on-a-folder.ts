// Trains a network on a folder of clips that has one subfolder per class.
import { silent, trainRun } from 'kinora';

const { folder, best } = await trainRun(
  {
    name: 'gestures',
    model: 'ConvColumnSmall',
    trainFolder: 'data/gestures/train',
    validationFolder: 'data/gestures/validation',
    frames: 16,
    mirrored: true, // the rendered clips show people as a mirror does; not for clips that a camera filmed
    batchSize: 4,
    epochs: 2, // for good results, 30 to 60
  },
  { progress: { ...silent, log: console.log } }, // a line per epoch; `device: 'cuda'` trains on a GPU
);
console.log(`${folder.path}: best validation top-1 ${best?.top1}`);
