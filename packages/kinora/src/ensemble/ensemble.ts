/**
 * An ensemble from run folders: members run once over clips they were not trained on, every rule is fitted and measured,
 * one is saved with its members as one model, and a report tells what was gained.
 */
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch';
import { type ClipList, listHash } from '../data/lists/clip-list.js';
import { subjectsBeside } from '../data/lists/people.js';
import { readSplit } from '../data/splits.js';
import type { EnsembleSpec } from '../model/ensemble/ensemble.js';
import type { Rule, RuleName } from '../model/ensemble/rules.js';
import type { PredictOptions } from '../predict/predict-list.js';
import { type Collected, collect } from './collect.js';
import { fitRule, isFitted } from './fit.js';
import { checkUnseen, trainingList } from './lists.js';
import { checkMembers, type Member, readMember } from './member.js';
import { saveEnsemble } from './save.js';
import { type Study, study } from './study.js';

export interface EnsembleOptions extends PredictOptions {
  /** Run folders, two or more. */
  readonly members: readonly string[];
  /** Where the ensemble goes. */
  readonly out: string;
  /** The rule that is saved. Default `logistic`. */
  readonly rule?: RuleName;
  /** Labelled list that rules are fitted to; default: the first member's validation list. */
  readonly fit?: string;
  /** Labelled list to measure on, once; default: the clips of `fit`, each in a fold that its rule was not fitted to. */
  readonly test?: string;
  /** Folder of the clips of `fit` and `test`; default: the first member's validationFolder. */
  readonly clips?: string;
  /** Who is in which clip; default: subjects.csv beside the list. */
  readonly subjects?: string;
  /** Default 5. */
  readonly folds?: number;
  /** Decides folds, resamples and the order of batches. Default 1. */
  readonly seed?: number;
  /** Also fit rules to the members' training clips, to show what that does. */
  readonly leaky?: boolean;
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

interface NamedList {
  readonly list: ClipList;
  /** Where it is read from; absent for class folders. */
  readonly file: string | undefined;
  readonly name: string;
}

function findLists(members: readonly Member[], { fit, test, clips, leaky = false }: EnsembleOptions) {
  const lists = {
    fit: evaluationList(members[0]!, fit, clips),
    test: test === undefined ? undefined : evaluationList(members[0]!, test, clips),
    leaky: leaky ? sharedTrainingList(members) : undefined,
  };
  checkUnseen(members, lists.fit.list, lists.fit.name);
  if (lists.test !== undefined) {
    checkUnseen(members, lists.test.list, lists.test.name);
    checkApart(lists.fit, lists.test);
  }
  return lists;
}

function evaluationList(
  { config, spec }: Member,
  file: string | undefined,
  clips: string | undefined,
): NamedList {
  const changed = {
    ...config,
    ...(file !== undefined && { validationList: file }),
    ...(clips !== undefined && { validationFolder: clips }),
  };
  const list = readSplit(changed, 'val', spec.labels);
  if (list !== undefined)
    return {
      list,
      file: changed.validationList,
      name: changed.validationList ?? `${changed.validationFolder}`,
    };
  throw kinoraError('ensemble/no-list', 'kinora ensemble', {
    expected: 'a list of clips that no member was trained on',
    received: 'none in the configuration of the first member',
    hint: 'give one with --fit',
  });
}

/** The clips that all members were trained on. */
function sharedTrainingList(members: readonly Member[]): NamedList {
  const [list, ...others] = members.map(trainingList) as [ClipList, ...ClipList[]];
  const common = others.reduce((items, other) => {
    const paths = new Set(other.items.map(({ path }) => path));
    return items.filter(({ path }) => paths.has(path));
  }, list.items);
  if (common.length > 0) {
    const { trainList: file } = members[0]!.config;
    return { list: { ...list, items: common }, file, name: file ?? 'the training clips' };
  }
  throw kinoraError('ensemble/no-list', '--leaky', 'clips that all members were trained on', 'none');
}

/** A list to measure on that shares clips with the one that rules are fitted to would measure what they remember. */
function checkApart(fit: NamedList, test: NamedList): void {
  const paths = new Set(fit.list.items.map(({ path }) => path));
  const shared = test.list.items.filter(({ path }) => paths.has(path));
  if (shared.length === 0) return;
  throw kinoraError('ensemble/shared-clips', test.name, {
    expected: `clips that are not in ${fit.name}, which rules are fitted to`,
    received: `${shared.length} of ${test.list.items.length} that are, such as ${shared[0]!.id}`,
  });
}

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
