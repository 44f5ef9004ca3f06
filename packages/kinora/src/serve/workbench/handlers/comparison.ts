/** Two evaluated runs side by side, on the clips that both were evaluated on: computed from what their evaluations have left. */
import { peopleNumbers } from '../../../data/lists/people.js';
import { meanInterval } from '../../../measure/intervals.js';
import { configOfRunFolder } from '../../../run/run-folder.js';
import type { Comparison, EvaluationAnswer } from '../api/contract.js';
import { estimate, RESAMPLES, readEvaluation } from './evaluation.js';

/** A clip that both evaluations have, under the same label. */
interface Shared {
  readonly id: string;
  readonly label: string;
  readonly person: string | undefined;
  readonly answers: readonly [Answered, Answered];
}
interface Answered {
  readonly label: string;
  readonly confidence: number;
  readonly loss: number;
  readonly right: boolean;
}

/** @param folders of the two runs. Throws `evaluation/missing` and `evaluation/damaged` */
export async function compareRuns(folders: readonly [string, string]): Promise<Comparison> {
  const [a, b] = await Promise.all([readEvaluation(folders[0]), readEvaluation(folders[1])]);
  const configs = await Promise.all(folders.map((folder) => configOfRunFolder(folder)));
  const shared = sharedClips(a, b);
  const groups = Int32Array.from(peopleNumbers(shared.map(({ person }) => person)));
  const intervalOf = (of: (clip: Shared) => number) =>
    shared.length === 0 ? null : estimate(meanInterval(shared.map(of), groups, 1, RESAMPLES));
  const side = (n: 0 | 1, { clips, reliability }: EvaluationAnswer) => ({
    clips: clips.length,
    top1: intervalOf(({ answers }) => Number(answers[n].right)),
    loss: intervalOf(({ answers }) => answers[n].loss),
    ece: reliability.ece,
  });
  return {
    runs: [side(0, a), side(1, b)],
    clips: shared.length,
    difference: intervalOf(({ answers: [one, other] }) => Number(other.right) - Number(one.right)),
    settings: differingSettings(configs[0]!, configs[1]!),
    disagreements: shared
      .filter(({ answers: [one, other] }) => one.label !== other.label)
      .map(({ id, label, answers: [one, other] }) => ({ id, label, answers: [shown(one), shown(other)] })),
    bothWrong: shared.filter(({ answers }) => answers.every(({ right }) => !right)).length,
  };
}

function sharedClips(a: EvaluationAnswer, b: EvaluationAnswer): Shared[] {
  const others = new Map(b.clips.map((clip) => [clip.id, clip]));
  return a.clips.flatMap((clip) => {
    const other = others.get(clip.id);
    const label = a.labels[clip.label]!;
    // A clip that was moved to another class in between was another question.
    if (other === undefined || b.labels[other.label] !== label) return [];
    const person = clip.person ?? other.person ?? undefined;
    return [{ id: clip.id, label, person, answers: [answered(a, clip), answered(b, other)] }];
  });
}

function answered(
  { labels }: EvaluationAnswer,
  { label, answer, confidence, loss }: EvaluationAnswer['clips'][number],
): Answered {
  return { label: labels[answer]!, confidence, loss, right: answer === label };
}

const shown = ({ label, confidence, right }: Answered) => ({ label, confidence, right });

/** Keys that differ in every two runs of a project, or say where files are. */
const NAMING: ReadonlySet<string> = new Set([
  'testList',
  'name',
  'outputDir',
  'trainList',
  'validationList',
  'labelsFile',
]);

function differingSettings(a: object, b: object): Comparison['settings'] {
  const [one, other] = [a, b] as Readonly<Record<string, unknown>>[];
  const keys = new Set([...Object.keys(one!), ...Object.keys(other!)]);
  return [...keys]
    .filter((key) => !NAMING.has(key) && JSON.stringify(one![key]) !== JSON.stringify(other![key]))
    .map((key) => ({ key, values: [jsonOf(one![key]), jsonOf(other![key])] }));
}

/** Undefined is not JSON: the key is absent. */
const jsonOf = (value: unknown) => (value ?? null) as Comparison['settings'][number]['values'][number];
