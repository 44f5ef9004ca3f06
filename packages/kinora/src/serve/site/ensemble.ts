/** The results of `kinora ensemble`, for the chapter on ensembles. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError, serialize } from '@kinora/torch';
import * as z from 'zod';
import { readRecord } from '../../files/record.js';
import { ensembleSchema } from '../../model/ensemble/ensemble.js';
import type { SiteEnsemble, SiteMeasured } from './protocol.js';

const intervalSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
const measuredSchema = z.object({ name: z.string(), accuracy: intervalSchema });
/** Its ensemble.json: the parts that the site shows. */
const studySchema = z.object({
  measured_on: z.object({ clips: z.int() }),
  members: z.array(measuredSchema),
  rules: z.array(measuredSchema.extend({ leaky: z.boolean() })),
});

/** Undefined if the folder has no ensemble. Throws `record/damaged` and `file/*`. */
export function readEnsemble(folder: string): SiteEnsemble | undefined {
  const file = join(folder, 'model.safetensors');
  const study = readRecord(join(folder, 'ensemble', 'ensemble.json'), studySchema);
  if (study === undefined || !existsSync(file)) return undefined;
  const metadata = serialize.loadSafetensorsMetadata(file);
  const { rule, fitted } = ensembleSchema.parse(entry(file, metadata, 'ensemble'));
  const { labels } = z.object({ labels: z.array(z.string()) }).parse(entry(file, metadata, 'spec'));
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

function entry(file: string, metadata: ReadonlyMap<string, string>, name: string): unknown {
  const text = metadata.get(name);
  if (text !== undefined) return JSON.parse(text);
  throw kinoraError('site/no-ensemble', file, {
    expected: 'an ensemble that kinora ensemble has saved',
    received: `a file without ${name} in its metadata`,
  });
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
