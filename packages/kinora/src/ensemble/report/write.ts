/** Writes an ensemble's report: `index.html`, the pictures as PNG files, and `ensemble.json` for other programs. */
import { join } from 'node:path';
import { fileTheme } from '../../figures/theme.js';
import { writeRecord } from '../../files/record.js';
import { reportFolder } from '../../report/folder.js';
import type { EnsembleResult } from '../ensemble.js';
import { ensemblePage } from './page.js';
import { accuracyChart, errorChart, weightChart } from './pictures.js';

/** Returns the path of the page. */
export async function writeEnsembleReport(folder: string, result: EnsembleResult): Promise<string> {
  const { write, draw } = await reportFolder(folder);
  const { study, labels, weights, rule } = result;
  const names = study.members.map(({ name }) => name);
  const date = new Date().toISOString();
  draw('accuracy', accuracyChart(study, fileTheme));
  draw('errors', errorChart(study.errors, names, fileTheme));
  const stacker = weights !== undefined && rule !== 'weighted';
  draw('weights', stacker ? weightChart(weights, names, labels, fileTheme) : undefined);
  writeRecord(join(folder, 'ensemble.json'), numbers(result, date));
  write('index.html', ensemblePage(result, date));
  return join(folder, 'index.html');
}

/** Undefined values (a correlation with a member that never errs) are null. */
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
