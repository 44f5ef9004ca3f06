/**
 * `kinora ensemble`: combines several runs into one model and measures the gain; `kinora ensemble theory`: the
 * arithmetic of voting, with independent and with correlated errors.
 */
import { join } from 'node:path';
import { nearest } from '@kinora/clip';
import { kinoraError } from '@kinora/torch';
import { Command } from 'commander';
import { type EnsembleResult, ensemble } from '../ensemble/ensemble.js';
import { gainOf } from '../ensemble/report/page.js';
import { writeEnsembleReport } from '../ensemble/report/write.js';
import { majority, rightVotes, voteAccuracy } from '../ensemble/votes.js';
import { ends, percent, plural } from '../figures/words.js';
import type { Interval } from '../measure/intervals.js';
import { type RuleName, ruleNames, ruleSummaries } from '../model/ensemble/rules.js';
import { shellQuote } from '../shell.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import { BooleanOption, type DeviceOptions, positiveInt, withDevice } from './terminal/options.js';
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
      'Combine several runs into one model. Every rule is measured on clips that are neither in the training lists of its members nor among those it was fitted to.',
    )
    .argument('<RUN...>', 'run folders of the members')
    .option('--out <folder>', 'folder of the ensemble', 'runs/ensemble')
    .option('--rule <name>', 'rule to save', parseRule, 'logistic')
    .option('--fit <list>', "labelled list to fit rules on (default: the members' validation list)")
    .option('--test <list>', 'labelled list to measure on (default: --fit, cross-validated)')
    .option('--clips <folder>', "folder of those clips (default: the members' validationFolder)")
    .option('--subjects <file>', 'person in each clip (default: subjects.csv beside the list)')
    .option('--folds <n>', 'cross-validation folds', positiveInt, 5)
    .option('--seed <n>', 'random seed for the folds and the bootstrap', positiveInt, 1)
    .addOption(
      new BooleanOption('--leaky', 'also fit rules on training clips, to show the effect of leakage').default(
        false,
      ),
    );
  return withDevice(command)
    .addCommand(theoryCommand())
    .addHelpText(
      'after',
      `\nRules:\n${rules}\n\nExamples:\n  $ kinora ensemble runs/demo runs/tuned\n  $ kinora eval runs/ensemble\n  $ kinora ensemble theory --p 0.7 --n 3`,
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
    `report: ${report}\nsaved: ${out} (${result.rule}); use it like any run, for example kinora eval ${shellQuote(out)}`,
  );
}

/** Members and rules as a table, the gain with its interval. */
export function describeStudy({ study, lists, test }: EnsembleResult): string {
  const line = ({ name, accuracy, gain }: { name: string; accuracy: Interval; gain?: Interval }) => [
    name,
    percent(accuracy.value),
    ends(accuracy),
    gain === undefined ? '' : gainOf(gain),
  ];
  const best = study.members[study.best]!;
  const rows = [
    ...study.members.map(({ name, accuracy }) => line({ name, accuracy })),
    ...study.rules.map(line),
  ];
  const on = test === undefined ? `${lists.fit}, cross-validated` : `${lists.test}`;
  return `${textTable(['', 'top-1', '95 % interval', `points above ${best.name}`], rows, [1])}on ${plural(study.clips, 'clip')} of ${on}`;
}

function parseRule(text: string): RuleName {
  const name = text.replaceAll('-', '_');
  const found = ruleNames.find((rule) => rule === name);
  if (found !== undefined) return found;
  const near = nearest(name, ruleNames);
  throw kinoraError('usage/rule', '--rule', `one of ${ruleNames.join(', ')}`, JSON.stringify(text), {
    hint: near && `the nearest is "${near}"`,
  });
}

export function theoryCommand(): Command {
  return new Command('theory')
    .description(
      'Compute the accuracy of a majority vote of n classifiers, with independent and with correlated errors.',
    )
    .option('--p <share>', 'accuracy of one classifier', number, 0.7)
    .option('--n <count>', 'number of classifiers', number, 3)
    .option('--correlation <r>', 'also show this correlation, 0 to 1', number)
    .addHelpText('after', '\nExample:\n  $ kinora ensemble theory --p 0.7 --n 3')
    .action(({ p, n, correlation }: { p: number; n: number; correlation?: number }) => {
      process.stdout.write(`${independent(p, n)}\n${correlated(p, n, correlation)}`);
    });
}

function independent(p: number, n: number): string {
  const votes = rightVotes({ p, n });
  const { right, tie } = majority(votes);
  const counts = [...votes.keys()].reverse();
  const rows = counts.map((k) => [
    String(k),
    probability(votes[k]!),
    2 * k > n ? '' : 2 * k === n ? 'a tie' : 'wrong',
  ]);
  const terms = counts.filter((k) => 2 * k > n).map((k) => probability(votes[k]!));
  const sum = terms.length > 1 && terms.length <= 4 ? `${terms.join(' + ')} = ` : '';
  const ties =
    tie > 0
      ? `a tie: ${probability(tie)}, so ${probability(right + tie / 2)} if a coin flip breaks ties\n`
      : '';
  return `${n} classifiers, each right with probability ${p}, independent of each other:

${textTable(['right', 'probability', ''], rows, [0, 1])}
the majority is right: ${sum}${probability(right)}
${ties}`;
}

const CORRELATIONS = [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1];

function correlated(p: number, n: number, extra?: number): string {
  const all = [...new Set([...CORRELATIONS, ...(extra === undefined ? [] : [extra])])].sort((a, b) => a - b);
  const rows = all.map((correlation) => [
    String(correlation),
    probability(voteAccuracy({ p, n, correlation })),
    probability(voteAccuracy({ p, n, correlation, model: 'common-cause' })),
  ]);
  const ties = n % 2 === 0 ? ', with a coin flip to break ties' : '';
  return `the vote with correlated errors${ties}:

${textTable(['correlation', 'beta-binomial', 'common cause'], rows, [0, 1, 2])}
r is the correlation between two classifiers being right on the same clip.
beta-binomial: clips differ in difficulty, P(k) = C(n,k) B(a+k, b+n-k) / B(a,b), a = p(1-r)/r, b = (1-p)(1-r)/r.
common cause: on a share r of the clips all do as one does, P(k) = r [p if k=n, 1-p if k=0] + (1-r) C(n,k) p^k (1-p)^(n-k).
`;
}

/** Three decimals, or as many as needed to differ from 0. */
const probability = (value: number): string =>
  value > 0 && value < 0.0005 ? value.toExponential(1) : value.toFixed(3);

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw kinoraError('usage/number', undefined, 'a number', JSON.stringify(text));
}
