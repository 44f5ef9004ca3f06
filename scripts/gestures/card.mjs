// The figures of the model card, in packages/gestures/README.md, as they follow from model/card.json.

/**
 * @typedef {{ value: number, low: number, high: number }} Interval
 * @typedef {{
 *   network: string, parameters: number, seed: number, command: string, batch: number, temperature: number,
 *   recipe: Record<string, string | number>, steps: Record<string, number>, seconds: Record<string, number>,
 *   test: {
 *     clips: number, people: number, top1: Interval, top5: number,
 *     byPerson: readonly { person: string, clips: number, top1: number }[],
 *     byLabel: Record<string, { clips: number, right: number } | undefined>,
 *   },
 * }} Card
 */

const BEGIN = '<!-- figures -->';
const END = '<!-- /figures -->';

/** @param {string} readme @param {Card} card */
export function withFigures(readme, card) {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md without ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${figures(card)}\n${END}${after}`;
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;
/** @param {number} seconds */
const minutes = (seconds) => `${(seconds / 60).toFixed(0)} min`;

/** @param {Card} card */
function figures({ test, ...card }) {
  const trained = Object.entries(card.seconds).filter(([what]) => what.startsWith('training'));
  const training = trained.reduce((sum, [, seconds]) => sum + seconds, 0);
  const clips = Object.values(card.steps).reduce((sum, steps) => sum + steps * card.batch, 0);
  const labels = Object.entries(test.byLabel).map(
    ([label, { clips: all, right } = { clips: 0, right: 0 }]) => ({
      label,
      all,
      right,
    }),
  );
  const people = test.byPerson.map(({ top1 }) => top1).sort((a, b) => a - b);
  const middle = people[people.length >> 1] ?? 0;
  const rows = [
    ['network', `${card.network}, ${(card.parameters / 1e6).toFixed(2)} million parameters`],
    [
      'data',
      `\`kinora synth ${Object.entries(card.recipe)
        .map(([name, value]) => `--${name} ${value}`)
        .join(' ')}\``,
    ],
    [
      'training',
      `${card.steps.activities} steps of ${card.batch} clips to tell 102 activities apart, among them 48 invented signs, then ${card.steps.gestures} for the 27 labels: ${clips} clips seen`,
    ],
    ['command, in the repository', `\`${card.command}\`, seed ${card.seed}`],
    ['time of training', `${minutes(training)} on two shared cores of an AMD EPYC that did other work too`],
    ['temperature', `${card.temperature.toFixed(2)}, fitted on validation people`],
    [
      'test, people seen in nothing before',
      `${percent(test.top1.value)} top-1 (95 % interval over people ${percent(test.top1.low)} to ${percent(test.top1.high)}), ${percent(test.top5)} top-5, of ${test.clips} clips of ${test.people} people`,
    ],
    [
      'by person',
      `${percent(people[0] ?? 0)} for the worst, ${percent(middle)} for the median, ${percent(people.at(-1) ?? 0)} for the best`,
    ],
  ];
  return [
    '| | |\n|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    '| label | recognised |\n|---|---:|',
    ...labels.map(({ label, all, right }) => `| ${label} | ${right} of ${all} |`),
    '',
  ].join('\n');
}
