/** `kinora ensemble theory`: the arithmetic of voting, with independent and with correlated errors. */
import { KinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { majority, rightVotes, voteAccuracy } from '../ensemble/theory.js';
import { textTable } from './terminal/table.js';

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
      ? `a tie: ${probability(tie)}, so ${probability(right + tie / 2)} where a coin decides ties\n`
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
  const ties = n % 2 === 0 ? ', a coin deciding ties' : '';
  return `the vote when they err together${ties}:

${textTable(['correlation', 'beta-binomial', 'common cause'], rows, [0, 1, 2])}
correlation r is that of two classifiers' being right on the same clip.
beta-binomial: clips differ in difficulty, P(k) = C(n,k) B(a+k, b+n-k) / B(a,b), a = p(1-r)/r, b = (1-p)(1-r)/r.
common cause: on a share r of the clips all do as one does, P(k) = r [p if k=n, 1-p if k=0] + (1-r) C(n,k) p^k (1-p)^(n-k).
`;
}

/** Three decimals, or as many as tell it from 0. */
const probability = (value: number): string =>
  value > 0 && value < 0.0005 ? value.toExponential(1) : value.toFixed(3);

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new KinoraError({ code: 'usage/number', expected: 'a number', received: JSON.stringify(text) });
}
