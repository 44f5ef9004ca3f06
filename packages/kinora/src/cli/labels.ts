/** `kinora labels`: which labels look wrong, and which clips to label next. */
import { Command } from 'commander';
import { type LabelReview, reviewLabels } from '../crossval/labels.js';
import { percent, plural } from '../figures/words.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import { type DeviceOptions, positiveInt, refuseFlags, withDevice } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { textTable } from './terminal/table.js';

interface LabelsFlags extends DeviceOptions {
  pool?: string;
  poolFolder?: string;
  show: number;
}

export function labelsCommand(): Command {
  const command = new Command('labels')
    .description(
      'List the clips of a cross-validation whose labels look wrong, and the unlabelled clips to label next.',
    )
    .argument('<CROSSVAL>', 'folder of a cross-validation, such as runs/demo-crossval')
    .option('--pool <list>', 'list of clips without labels: which of them to label next')
    .option('--pool-folder <folder>', "folder of these clips (default: the list's own)")
    .option('--show <n>', 'clips of each kind that the page shows', positiveInt, 24);
  return withDevice(command)
    .addHelpText('after', '\nExample:\n  $ kinora labels runs/demo-crossval')
    .action(run);
}

async function run(folder: string, flags: LabelsFlags, command: Command): Promise<void> {
  const { pool, poolFolder, show } = flags;
  if (pool === undefined) refuseFlags(command, ['poolFolder'], 'without --pool');
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const review = await interruptible((signal) =>
    reviewLabels(folder, {
      show,
      device,
      progress,
      signal,
      ...(pool !== undefined && { pool }),
      ...(poolFolder !== undefined && { poolFolder }),
    }),
  );
  progress.log(describeReview(review));
}

/** Rows of the tables in the terminal. */
const ROWS = 10;

function describeReview({ labels, items, verdicts, suspects, estimate, next, page }: LabelReview): string {
  const wrong = verdicts
    .slice(0, Math.min(ROWS, suspects))
    .map((one) => [
      items[one.row]!.id,
      labels[one.given]!,
      labels[one.suggested]!,
      percent(one.probabilityOfSuggested),
    ]);
  const asked = (next ?? [])
    .slice(0, ROWS)
    .map(({ item, entropy, predicted }) => [item.id, entropy.toFixed(2), labels[predicted]!]);
  return [
    `${suspects} of ${plural(items.length, 'label')} look wrong; ${estimate.toFixed(0)} are, by estimate`,
    ...(wrong.length > 0 ? [textTable(['clip', 'label', 'looks like', 'probability'], wrong, [3])] : []),
    ...(asked.length > 0 ? [textTable(['label next', 'entropy', 'perhaps'], asked, [1])] : []),
    `report: ${page}`,
  ].join('\n');
}
