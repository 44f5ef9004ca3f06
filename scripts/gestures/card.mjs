// The figures of the model card, in packages/gestures/README.md, as they follow from model/card.json.

/**
 * @typedef {{ value: number, low: number, high: number }} Interval
 * @typedef {{
 *   clips: number, people: number, top1: Interval, top5: number,
 *   byPerson: readonly { person: string, clips: number, top1: number }[],
 *   byLabel: Record<string, { clips: number, right: number } | undefined>,
 * }} Test
 * @typedef {{
 *   network: string, parameters: number, command: string, note?: string, batch: number, temperature: number,
 *   sets: Record<string, Record<string, string | number>>, steps: Record<string, number>, seconds: Record<string, number>,
 *   test: { wide: Test, calm: Test },
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
  const recipe = (/** @type {Record<string, string | number>} */ set) =>
    Object.entries(set)
      .map(([name, value]) => `--${name} ${value}`)
      .join(' ');
  const rows = [
    ['network', `${card.network}, ${(card.parameters / 1e6).toFixed(2)} million parameters`],
    ['wide set', `\`kinora synth ${recipe(card.sets.wide ?? {})}\``],
    ['calm set', `\`kinora synth ${recipe(card.sets.calm ?? {})}\``],
    [
      'training',
      `${card.steps.activities} steps of ${card.batch} clips of the wide set to tell 102 activities apart, among them 48 invented signs; then ${card.steps.both} steps of both sets for the same activities; then ${card.steps.gestures} steps of a classifier for the 27 labels, on frozen features; ${clips} clips seen`,
    ],
    ['command, in the repository', `\`${card.command}\``],
    ['time of training', `${minutes(training)} on two cores of an AMD EPYC shared with much other work`],
    ...(card.note === undefined ? [] : [['note', card.note]]),
    ['temperature', `${card.temperature.toFixed(2)}, fitted on validation people of both sets`],
    ['test, calm set', score(test.calm)],
    ['test, wide set', score(test.wide)],
  ];
  const recall = ({ clips: all, right } = { clips: 0, right: 0 }) => `${right} of ${all}`;
  return [
    '| | |\n|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    'Nothing was fitted to the test people, and nobody is in two sets. Recognised, by label:',
    '',
    '| label | calm set | wide set |\n|---|---:|---:|',
    ...Object.entries(test.calm.byLabel).map(
      ([label, sums]) => `| ${label} | ${recall(sums)} | ${recall(test.wide.byLabel[label])} |`,
    ),
    '',
  ].join('\n');
}

/** @param {Test} test */
function score({ top1, top5, clips, people, byPerson }) {
  const each = byPerson.map((one) => one.top1).sort((a, b) => a - b);
  const middle = each[each.length >> 1] ?? 0;
  return (
    `${percent(top1.value)} top-1 (95 % interval over people ${percent(top1.low)} to ${percent(top1.high)}), ${percent(top5)} top-5, ` +
    `of ${clips} clips of ${people} people; by person ${percent(each[0] ?? 0)} for the worst, ${percent(middle)} for the median, ${percent(each.at(-1) ?? 0)} for the best`
  );
}
