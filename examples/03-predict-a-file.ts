// Predicts the class of one clip: a video file, or a folder of JPEG frames.
import { openModel, predictClip } from 'kinora';

const model = openModel('runs/gestures'); // the best checkpoint, with the preprocessing it was trained with
const file = process.argv[2] ?? 'data/gestures/validation/Stop Sign/5';

for (const { label, probability } of await predictClip(model, file)) {
  console.log(label, probability.toFixed(3)); // the most likely class first
}
