/** `kinora jester`: prepares the downloaded Jester for training and reports what is missing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type JesterReport, prepareJester } from '../data/jester/prepare.js';
import { shellQuote } from '../shell.js';
import { interruptible } from './terminal/interrupt.js';
import { createProgress } from './terminal/progress.js';

/** All lists, to report missing ones. */
const LIST_FILES = 'jester-v1-labels.csv, jester-v1-train.csv, jester-v1-validation.csv, jester-v1-test.csv';

export function jesterCommand(): Command {
  return new Command('jester')
    .description(
      'Prepare the downloaded Jester data set: join and unpack its parts, find its lists, count frames, report gaps.',
    )
    .argument('<FOLDER>', 'folder with 20bn-jester-v1-00, -01, ... and the lists')
    .option('--out <folder>', 'folder for the frames (default: beside the parts)')
    .addHelpText('after', '\nExample:\n  $ kinora jester ~/downloads/jester --out data')
    .action(runJester);
}

async function runJester(path: string, { out }: { out?: string }): Promise<void> {
  const progress = createProgress();
  const report = await interruptible((signal) =>
    prepareJester({ path, progress, signal, ...(out && { out }) }),
  );
  for (const line of describe(report)) progress.log(line);
  if (report.missing.length > 0) {
    const file = join(out ?? path, 'missing.csv');
    writeFileSync(file, `${report.missing.join('\n')}\n`);
    progress.log(
      `${report.missing.length} clips are missing, such as ${report.missing[0]}; ${file} lists all of them`,
    );
  }
}

/** The report, line by line. */
export function describe({
  root,
  lists,
  missingLists,
  splits,
  frames,
  classes,
  unpacked,
}: JesterReport): string[] {
  const lines: string[] = [];
  if (unpacked) lines.push(`unpacked ${unpacked.written} frames, ${unpacked.kept} were already there`);
  for (const { name, clips, present } of splits)
    lines.push(`${name.padEnd(10)} ${present} of ${clips} clips`);
  if (classes > 0) lines.push(`classes    ${classes}`);
  if (frames.total > 0) {
    lines.push(
      `frames     ${frames.total}, ${frames.min} to ${frames.max} per clip, median ${frames.median}`,
    );
  }
  if (missingLists.length > 0) {
    lines.push(
      `lists missing: ${missingLists.join(', ')}; put the files in the folder of the parts (${LIST_FILES})`,
    );
  }
  if (lists.train !== undefined && lists.validation !== undefined && lists.labels !== undefined) {
    lines.push(
      'train with:',
      `  ${trainLine(root, lists as Record<'train' | 'validation' | 'labels', string>)}`,
    );
  }
  return lines;
}

function trainLine(root: string, lists: Record<'train' | 'validation' | 'labels', string>): string {
  const keys = {
    trainFolder: root,
    validationFolder: root,
    trainList: lists.train,
    validationList: lists.validation,
    labelsFile: lists.labels,
  };
  const settings = Object.entries(keys).map(([key, value]) => `--set ${key}=${shellQuote(value)}`);
  return ['kinora train --config configs/config.json', ...settings].join(' ');
}
