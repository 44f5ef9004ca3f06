// Evaluates a run on its validation clips, writes the report and lists the worst predictions.
import { evaluateRun, worstClips } from 'kinora';

const { summary, evaluation, labels, report } = await evaluateRun('runs/gestures');

console.log(`top-1 ${summary.top1.toFixed(3)}, loss ${summary.loss.toFixed(3)}, ${summary.clips} clips`);
for (const row of worstClips(evaluation, labels.length, 3)) {
  console.log(`wrong: ${evaluation.ids[row]}, which is ${labels[evaluation.targets[row]!]}`);
}
console.log(`open ${report}/index.html`);
