/** Writes a comparison's folder: `README.md`, `cost.svg|png`, `order.svg|png`, and `rows.json` for other programs. */
import { join } from 'node:path';
import { orderChart } from '../figures/order-chart.js';
import { scatter } from '../figures/scatter.js';
import type { Markup } from '../figures/svg.js';
import { fileTheme } from '../figures/theme.js';
import { writeRecord } from '../files/record.js';
import { reportFolder } from '../report/folder.js';
import type { Row } from './compare.js';
import { comparisonPage, type Setting } from './table.js';

export async function writeComparison(folder: string, rows: readonly Row[], setting: Setting): Promise<void> {
  const { write, draw } = await reportFolder(folder);
  draw('cost', costPicture(rows), ['svg', 'png']);
  draw('order', orderPicture(rows), ['svg', 'png']);
  writeRecord(join(folder, 'rows.json'), rows.map(plainRow));
  write('README.md', comparisonPage(rows, setting));
}

/** Names of rows; includes the seed if a network has several. */
function names(rows: readonly Row[]): string[] {
  const several = new Set(rows.map(({ plan }) => plan.seed)).size > 1;
  return rows.map(({ plan }) => (several ? `${plan.candidate.name} (${plan.seed})` : plan.candidate.name));
}

function costPicture(rows: readonly Row[]): Markup | undefined {
  const called = names(rows);
  const dots = rows.flatMap(({ cost, record }, i) => {
    if (cost === undefined || record?.result === undefined) return [];
    const { macs, parameters } = cost;
    return [{ name: called[i]!, macs, parameters, accuracy: record.result.validation.top1 }];
  });
  return dots.length === 0 ? undefined : scatter(dots, 'Validation top-1', fileTheme);
}

function orderPicture(rows: readonly Row[]): Markup | undefined {
  const called = names(rows);
  const bars = rows.flatMap(({ record }, i) => {
    const accuracy = record?.result?.validation.order;
    return typeof accuracy === 'number' ? [{ name: called[i]!, accuracy }] : [];
  });
  return bars.length === 0 ? undefined : orderChart(bars, fileTheme);
}

const plainRow = ({ plan, cost, record, error }: Row) => ({
  name: plan.candidate.name,
  model: plan.candidate.network.name,
  seed: plan.seed,
  settings: plan.settings,
  cost: cost ?? null,
  minutes: record?.minutes ?? null,
  result: record?.result ?? null,
  error: error ?? null,
});
