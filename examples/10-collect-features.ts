// Classifies clips of new classes without training: each is of the class of the clip with the most similar features.
import { type ClipFeatures, collectFeatures, openModel } from 'kinora';

const model = openModel('runs/gestures');

const known: ClipFeatures[] = [];
for await (const clip of collectFeatures(model, 'data/mine/train')) known.push(clip);

for await (const { id, features } of collectFeatures(model, 'data/mine/validation')) {
  const distances = known.map((clip) => distance(clip.features, features));
  const nearest = known[distances.indexOf(Math.min(...distances))]!;
  console.log(`${id} is like ${nearest.id}: ${nearest.label}`);
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!));
}
