/** Writes an ensemble's report: `index.html`, the pictures as PNG files, and `ensemble.json` for other programs. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from '@kinora/torch';
import { writeRecord } from '../../record.js';
import type { Markup } from '../../report/svg.js';
import { fileTheme } from '../../report/theme.js';
import type { EnsembleResult } from '../ensemble.js';
import { ensemblePage } from './page.js';
import { accuracyChart, errorChart, weightChart } from './pictures.js';

/** Returns the path of the page. */
export async function writeEnsembleReport(folder: string, result: EnsembleResult): Promise<string> {
  // The renderer is a native library: it is loaded when there is something to draw, not with the package.
  const { toPng } = await import('../../report/png.js');
  const { study, labels, weights, rule } = result;
  const names = study.members.map(({ name }) => name);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string | Uint8Array) =>
    serialize.writeAtomically(join(folder, name), (sink) => sink.write(Buffer.from(content)));
  const draw = (name: string, picture: Markup | undefined) =>
    picture === undefined ? rmSync(join(folder, name), { force: true }) : write(name, toPng(picture.text));
  const date = new Date().toISOString();
  draw('accuracy.png', accuracyChart(study, fileTheme));
  draw('errors.png', errorChart(study.errors, names, fileTheme));
  const stacker = weights !== undefined && rule !== 'weighted';
  draw('weights.png', stacker ? weightChart(weights, names, labels, fileTheme) : undefined);
  writeRecord(join(folder, 'ensemble.json'), numbers(result, date));
  write('index.html', ensemblePage(result, date));
  return join(folder, 'index.html');
}

/** What is no number (a correlation with a member that never errs) is null. */
function numbers({ study, members, rule, lists, fit, test, folds, seed }: EnsembleResult, date: string) {
  const count = members.length;
  return {
    date,
    rule,
    fitted_on: { list: lists.fit, clips: fit.ids.length, people_known: fit.peopleKnown },
    measured_on: {
      list: lists.test ?? lists.fit,
      clips: study.clips,
      groups: study.groups,
      people_known: (test ?? fit).peopleKnown,
      folds: test === undefined ? folds : null,
    },
    seed,
    best_member: study.members[study.best]!.name,
    oracle: study.oracle,
    members: members.map(({ name, config, sha256 }, m) => ({
      model: config.model,
      sha256,
      ...study.members[m]!,
      name,
    })),
    rules: study.rules,
    error_correlation: members.map((_, m) => [...study.errors.subarray(m * count, (m + 1) * count)]),
  };
}
