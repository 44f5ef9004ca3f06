/**
 * An ensemble from run folders: members run once over clips they were not trained on, every rule is fitted and measured,
 * one is saved with its members as one model, and a report tells what was gained.
 */
import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { serialize } from '@kinora/torch';
import { type ClipList, listHash } from '../data/lists/clip-list.js';
import { subjectsBeside } from '../data/lists/people.js';
import { writeRecord } from '../files/record.js';
import { ENSEMBLE, Ensemble, type EnsembleSpec } from '../model/ensemble/ensemble.js';
import type { Rule, RuleName } from '../model/ensemble/rules.js';
import type { OpenedModel } from '../predict/open.js';
import type { PredictOptions } from '../predict/predict-list.js';
import { fitRule, isFitted } from './fit.js';
import { findLists, type ListOptions, type NamedList } from './lists.js';
import { type Collected, collect } from './logits.js';
import { checkMembers, type Member, openMember, readMember } from './member.js';
import { type Study, study } from './study.js';

export interface EnsembleOptions extends PredictOptions, ListOptions {
  /** Run folders, two or more. */
  readonly members: readonly string[];
  /** Where the ensemble goes. */
  readonly out: string;
  /** The rule that is saved. Default `logistic`. */
  readonly rule?: RuleName;
  /** Who is in which clip; default: subjects.csv beside the list. */
  readonly subjects?: string;
  /** Default 5. */
  readonly folds?: number;
  /** Decides folds, resamples and the order of batches. Default 1. */
  readonly seed?: number;
}

export interface EnsembleResult {
  readonly members: readonly Member[];
  readonly labels: readonly string[];
  readonly study: Study;
  /** The rule that was saved. */
  readonly rule: RuleName;
  readonly spec: EnsembleSpec;
  /** Weights `[classes, members x classes]` of a stacker, `[members]` of a weighted mean; absent for rules without. */
  readonly weights?: Float32Array;
  readonly fit: Collected;
  readonly test?: Collected;
  readonly lists: { readonly fit: string; readonly test?: string };
  readonly folds: number;
  readonly seed: number;
}

/** Throws `ensemble/*` errors that name both sides where members, lists or classes do not go together. */
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

/** What `kinora eval` will measure it on. */
interface MeasuredOn {
  readonly list: string | undefined;
  /** Folder of its clips; undefined: the members'. */
  readonly clips: string | undefined;
}

/**
 * An ensemble as one model: a folder with `model.safetensors`, which holds the weights of all members and of the rule, and
 * a `config.json`, so that it is evaluated, used and exported as any run is. The members' folders are not needed any more.
 * @param rule fitted, as `spec` says; stays the caller's
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
