/** `kinora ensemble`: makes one model of several runs, and tells what that gains. */
import { join } from 'node:path';
import { nearest } from '@kinora/clip';
import { KinoraError } from '@kinora/torch';
import { Command } from 'commander';
import { type EnsembleResult, ensemble } from '../ensemble/ensemble.js';
import { gainOf } from '../ensemble/report/page.js';
import { writeEnsembleReport } from '../ensemble/report/write.js';
import { percent, plural } from '../figures/words.js';
import type { Interval } from '../measure/bootstrap.js';
import { type RuleName, ruleNames, ruleSummaries } from '../model/ensemble/rules.js';
import { chooseDevice } from '../train/device/choice.js';
import { theoryCommand } from './ensemble-theory.js';
import { BooleanOption } from './terminal/argv.js';
import { interruptible } from './terminal/interrupt.js';
import { type DeviceOptions, positiveInt, withDevice } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { textTable } from './terminal/table.js';

interface EnsembleFlags extends DeviceOptions {
  out: string;
  rule: RuleName;
  fit?: string;
  test?: string;
  clips?: string;
  subjects?: string;
  folds: number;
  seed: number;
  leaky: boolean;
}

export function ensembleCommand(): Command {
  const rules = ruleNames.map((name) => `  ${name.padEnd(20)}${ruleSummaries[name]}`).join('\n');
  const command = new Command('ensemble')
    .description(
      'Make one model of several runs. Every rule is measured, on clips that neither its members were trained on nor it was fitted to.',
    )
    .argument('<RUN...>', 'run folders of the members')
    .option('--out <folder>', 'where the ensemble goes', 'runs/ensemble')
    .option('--rule <name>', 'the rule to save', parseRule, 'logistic')
    .option('--fit <list>', "labelled clips that rules are fitted to (default: the members' validation list)")
    .option('--test <list>', 'labelled clips to measure on (default: those of --fit, fold by fold)')
    .option('--clips <folder>', "where those clips lie (default: the members' val_data_folder)")
    .option('--subjects <file>', 'who is in which clip (default: subjects.csv beside the list)')
    .option('--folds <n>', 'folds of the clips that rules are fitted to', positiveInt, 5)
    .option('--seed <n>', 'decides folds and resamples', positiveInt, 1)
    .addOption(
      new BooleanOption('--leaky', 'also fit rules to training clips, to show what that does').default(false),
    );
  return withDevice(command)
    .addCommand(theoryCommand())
    .addHelpText(
      'after',
      `\nRules:\n${rules}\n\nExamples:\n  $ kinora ensemble runs/a runs/b runs/c --test data/gestures/test-key.csv\n  $ kinora eval runs/ensemble\n  $ kinora ensemble theory --p 0.7 --n 3`,
    )
    .action(runEnsemble);
}

async function runEnsemble(members: string[], flags: EnsembleFlags): Promise<void> {
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const { out, rule, fit, test, clips, subjects, folds, seed, leaky } = flags;
  const result = await interruptible((signal) =>
    ensemble({
      members,
      out,
      rule,
      folds,
      seed,
      leaky,
      ...(fit !== undefined && { fit }),
      ...(test !== undefined && { test }),
      ...(clips !== undefined && { clips }),
      ...(subjects !== undefined && { subjects }),
      device,
      progress,
      signal,
    }),
  );
  const report = await writeEnsembleReport(join(out, 'ensemble'), result);
  progress.log(describeStudy(result));
  progress.log(
    `report: ${report}\nsaved: ${out} (${result.rule}); use it as any run, for example kinora eval ${out}`,
  );
}

/** Members and rules as a table, the gain with its interval. */
export function describeStudy({ study, lists, test }: EnsembleResult): string {
  const line = ({ name, accuracy, gain }: { name: string; accuracy: Interval; gain?: Interval }) => [
    name,
    percent(accuracy.value),
    `${percent(accuracy.low)} to ${percent(accuracy.high)}`,
    gain === undefined ? '' : gainOf(gain),
  ];
  const best = study.members[study.best]!;
  const rows = [
    ...study.members.map(({ name, accuracy }) => line({ name, accuracy })),
    ...study.rules.map(line),
  ];
  const on = test === undefined ? `${lists.fit}, fold by fold` : `${lists.test}`;
  return `${textTable(['', 'top-1', '95 % interval', `points above ${best.name}`], rows, [1])}on ${plural(study.clips, 'clip')} of ${on}`;
}

function parseRule(text: string): RuleName {
  const name = text.replaceAll('-', '_');
  const found = ruleNames.find((rule) => rule === name);
  if (found !== undefined) return found;
  const near = nearest(name, ruleNames);
  throw new KinoraError({
    code: 'usage/rule',
    where: '--rule',
    expected: `one of ${ruleNames.join(', ')}`,
    received: JSON.stringify(text),
    ...(near === undefined ? {} : { hint: `the nearest is "${near}"` }),
  });
}
