/**
 * An ensemble as one model: a folder with `model.safetensors`, which holds the weights of all members and of the rule, and
 * a `config.json`, so that it is evaluated, used and exported as any run is. The members' folders are not needed any more.
 */
import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { serialize } from '@kinora/torch';
import { writeRecord } from '../files/record.js';
import { ENSEMBLE, Ensemble, type EnsembleSpec } from '../model/ensemble/ensemble.js';
import type { Rule } from '../model/ensemble/rules.js';
import type { OpenedModel } from '../predict/open.js';
import { openMember } from './logits.js';
import type { Member } from './member.js';

/** What `kinora eval` will measure it on. */
export interface MeasuredOn {
  readonly list: string | undefined;
  /** Folder of its clips; undefined: the members'. */
  readonly clips: string | undefined;
}

/** @param rule fitted, as `spec` says; stays the caller's */
export function saveEnsemble(
  folder: string,
  members: readonly Member[],
  rule: Rule,
  spec: EnsembleSpec,
  measuredOn: MeasuredOn,
): void {
  const opened: OpenedModel[] = [];
  try {
    for (const member of members) opened.push(openMember(member));
    const ensemble = new Ensemble(
      opened.map(({ network }) => network),
      rule,
    );
    const metadata = {
      format: 'pt',
      model: ENSEMBLE,
      spec: JSON.stringify(members[0]!.spec),
      ensemble: JSON.stringify(spec),
    };
    mkdirSync(folder, { recursive: true });
    writeRecord(join(folder, 'config.json'), configOf(folder, members[0]!, measuredOn));
    serialize.saveSafetensors(join(folder, 'model.safetensors'), ensemble.stateDict(), metadata);
  } finally {
    for (const { network } of opened) network.dispose();
  }
}

/** The first member's, whose data and preprocessing are everybody's. */
function configOf(folder: string, { config }: Member, { list, clips }: MeasuredOn) {
  return {
    ...config,
    name: basename(resolve(folder)),
    outputDir: dirname(folder),
    model: ENSEMBLE,
    checkpoint: null,
    ...(list !== undefined && { validationList: list }),
    ...(clips !== undefined && { validationFolder: clips }),
  };
}
