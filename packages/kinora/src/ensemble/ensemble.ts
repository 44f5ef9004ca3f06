/**
 * Makes an ensemble from run folders: runs the members once over clips that they were not trained on, fits and measures
 * every rule, saves one of them with its members as a single model, and reports the gain.
 */
import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { serialize } from '@kinora/torch';
import { type ClipList, listHash } from '../data/lists/clip-list.js';
import { subjectsBeside } from '../data/lists/people.js';
import { writeRecord } from '../files/record.js';
import { ENSEMBLE, Ensemble, type EnsembleSpec } from '../model/ensemble/ensemble.js';
import type { Rule, RuleName } from '../model/ensemble/rules.js';
import type { PredictOptions } from '../predict/predict-list.js';
import type { OpenedModel } from '../run/open.js';
import { fitRule, isFitted } from './fit.js';
import { findLists, type ListOptions, type NamedList } from './lists.js';
import { type Collected, collect } from './logits.js';
import { checkMembers, type Member, openMember, readMember } from './member.js';
import { type Study, study } from './study.js';

/** Which runs to combine, and on which clips. */
export interface EnsembleOptions extends PredictOptions, ListOptions {
  /** Run folders, two or more. */
  readonly members: readonly string[];
  /** Folder of the ensemble. */
  readonly out: string;
  /** The rule to save. Default: `logistic`. */
  readonly rule?: RuleName;
  /** The file with the person in each clip. Default: subjects.csv beside the list. */
  readonly subjects?: string;
  /** Default 5. */
  readonly folds?: number;
  /** Random seed for folds, resamples and the order of batches. Default: 1. */
  readonly seed?: number;
}

/** The ensemble, and what it gains. */
export interface EnsembleResult {
  readonly members: readonly Member[];
  readonly labels: readonly string[];
  readonly study: Study;
  /** The rule that was saved. */
  readonly rule: RuleName;
  readonly spec: EnsembleSpec;
  /**
   * Weights `[classes, members x classes]` of a stacker, `[members]` of a weighted mean; absent for rules without
   * weights.
   */
  readonly weights?: Float32Array;
  readonly fit: Collected;
  readonly test?: Collected;
  readonly lists: { readonly fit: string; readonly test?: string };
  readonly folds: number;
  readonly seed: number;
}

/** Throws `ensemble/*` errors that name both sides if members, lists or classes do not match. */
export async function ensemble(options: EnsembleOptions): Promise<EnsembleResult> {
  const { rule: name = 'logistic', folds = 5, seed = 1, out } = options;
  const members: Member[] = [];
  for (const path of options.members) members.push(await readMember(path));
  checkMembers(members);
  const lists = findLists(members, options);
  const gather = (list: ClipList, file: string | undefined) =>
    collect(members, list, {
      ...predicting(options),
      cache: join(out, 'logits'),
      subjects: options.subjects ?? subjectsBeside(file),
    });
  const fit = await gather(lists.fit.list, lists.fit.file);
  const test = lists.test && (await gather(lists.test.list, lists.test.file));
  const leaky = lists.leaky && (await gather(lists.leaky.list, lists.leaky.file));
  const { progress, signal } = options;
  const names = members.map((member) => member.name);
  const found = await study({ fit, test, leaky }, { names, folds, seed, progress, signal });
  const rule = await fitRule(name, fit, seed, signal);
  try {
    const spec = specOf(name, members, lists.fit);
    const measuredOn = lists.test ?? lists.fit;
    saveEnsemble(out, members, rule, spec, { list: measuredOn.file, clips: options.clips });
    const weights = weightsOf(rule);
    return {
      members,
      labels: members[0]!.spec.labels,
      study: found,
      rule: name,
      spec,
      ...(weights && { weights }),
      fit,
      ...(test && { test }),
      lists: { fit: lists.fit.name, ...(lists.test && { test: lists.test.name }) },
      folds,
      seed,
    };
  } finally {
    rule.dispose();
  }
}

const predicting = ({ device, progress, signal }: PredictOptions): PredictOptions => ({
  ...(device !== undefined && { device }),
  ...(progress !== undefined && { progress }),
  ...(signal !== undefined && { signal }),
});

const specOf = (rule: RuleName, members: readonly Member[], { list, name }: NamedList): EnsembleSpec => ({
  rule,
  members: members.map(({ name, config, sha256 }) => ({ name, network: config.model, sha256 })),
  fitted: isFitted(rule) ? { list: name, clips: list.items.length, hash: listHash(list) } : null,
});

function weightsOf(rule: Rule): Float32Array | undefined {
  const state = rule.stateDict();
  const tensor = state.get('fc.weight') ?? state.get('weights');
  return tensor?.toTypedArray() as Float32Array | undefined;
}

/** The list that `kinora eval` will evaluate it on. */
interface MeasuredOn {
  readonly list: string | undefined;
  /** Folder of its clips; undefined: that of the members. */
  readonly clips: string | undefined;
}

/**
 * An ensemble as one model: a folder with `model.safetensors`, which holds the weights of all members and of the rule, and
 * a `config.json`, so that it can be evaluated, used and exported like any run. The members' folders are no longer needed.
 * @param rule a fitted rule as described by `spec`; the caller disposes it
 */
function saveEnsemble(
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

/** That of the first member, because all share data and preprocessing. */
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
