/** The results of `kinora ensemble`, for the chapter on ensembles. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError, serialize } from '@kinora/torch';
import * as z from 'zod';
import { parseJson } from '../../files/bounded.js';
import { isPrintable } from '../../files/printable.js';
import { readRecord } from '../../files/record.js';
import { ensembleSchema } from '../../model/ensemble/ensemble.js';
import type { SiteEnsemble, SiteMeasured } from './protocol.js';

const end = z.number({ error: 'a number: an ensemble that was measured on at least two people' });
const intervalSchema = z.object({ value: z.number(), low: end, high: end });
const measuredSchema = z.object({ name: z.string(), accuracy: intervalSchema });
/** Its ensemble.json: the parts that the site shows. */
const studySchema = z.object({
  measured_on: z.object({ clips: z.int() }),
  members: z.array(measuredSchema),
  rules: z.array(measuredSchema.extend({ leaky: z.boolean() })),
});

const specSchema = z.object({ labels: z.array(z.string().refine(isPrintable, 'a printable label')) });

/** Undefined if the folder has no ensemble. Throws `record/damaged` and `file/*`. */
export function readEnsemble(folder: string): SiteEnsemble | undefined {
  const file = join(folder, 'model.safetensors');
  const study = readRecord(join(folder, 'ensemble', 'ensemble.json'), studySchema);
  if (study === undefined || !existsSync(file)) return undefined;
  const metadata = serialize.loadSafetensorsMetadata(file);
  const { rule, fitted } = entry(file, metadata, 'ensemble', ensembleSchema);
  const { labels } = entry(file, metadata, 'spec', specSchema);
  return {
    labels,
    rule,
    members: study.members.map(plain),
    rules: study.rules.filter(({ leaky }) => !leaky).map(plain),
    clips: study.measured_on.clips,
    fitted: fitted?.clips ?? 0,
    weights: ruleWeights(file),
  };
}

function entry<T>(
  file: string,
  metadata: ReadonlyMap<string, string>,
  name: string,
  schema: z.ZodType<T>,
): T {
  const fail = (where: string, received: string) =>
    kinoraError('site/no-ensemble', where, {
      expected: 'an ensemble that kinora ensemble has saved',
      received,
      hint: 'save it again with kinora ensemble',
    });
  const text = metadata.get(name);
  if (text === undefined) throw fail(file, `a file without ${name} in its metadata`);
  return parseJson(text, schema, (expected, path) =>
    fail([file, name, ...path].join(', '), `something other than ${expected}`),
  );
}

const plain = ({ name, accuracy }: z.output<typeof measuredSchema>): SiteMeasured => ({ name, ...accuracy });

/** The rule's weights, to four digits; null for a rule without weights. */
function ruleWeights(file: string): SiteEnsemble['weights'] {
  const tensors = serialize.loadSafetensors(file);
  try {
    const found = tensors.get('rule.fc.weight') ?? tensors.get('rule.weights');
    if (found === undefined) return null;
    const values = [...(found.toTypedArray() as Float32Array)].map((value) => Number(value.toFixed(4)));
    return { shape: [...found.shape], values };
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}
