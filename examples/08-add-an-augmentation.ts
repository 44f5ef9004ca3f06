// Trains with an augmentation of your own: one clip in five becomes grey.
import { type ClipAugmentation, trainRun } from 'kinora';

const grey: ClipAugmentation = ({ data }, random) => {
  if (random.uniform() >= 0.2) return; // draws from the seed of the run, so that it repeats and resumes exactly
  for (let i = 0; i < data.length; i += 3) data.fill((data[i]! + data[i + 1]! + data[i + 2]!) / 3, i, i + 3);
};

const clips = { trainFolder: 'data/gestures/train', validationFolder: 'data/gestures/validation' };
const augment = { flip: 0.5, rotation: 5 }; // built in: these come first
const config = { name: 'grey', model: 'ConvColumnSmall', frames: 16, batchSize: 4, epochs: 1, augment };
const { best } = await trainRun({ ...config, ...clips }, { augment: grey });
console.log(`best validation top-1 ${best?.top1}`);
