// The pages of the documentation site and their order. A text that is missing here, or here twice, fails the build.

/**
 * @typedef {{ text: string, file: string }} Entry `file`: path of the text in the repository
 * @typedef {{ text: string, entries: readonly Entry[] }} Section
 */

/** @param {readonly string[]} list of alternating titles and files @returns {Entry[]} */
const entries = (...list) =>
  Array.from({ length: list.length / 2 }, (_, i) => ({
    text: list[2 * i] ?? '',
    file: list[2 * i + 1] ?? '',
  }));

/** The texts that people wrote. The references are generated: of commands, of the API and of decisions. @type {readonly Section[]} */
export const SECTIONS = [
  {
    text: 'Start here',
    entries: entries(
      ...['What Kinora is', 'README.md'],
      ...['For learners', 'docs/start/learner.md'],
      ...['For makers', 'docs/start/maker.md'],
      ...['For trainers', 'docs/start/trainer.md'],
      ...['For app developers', 'docs/start/app-developer.md'],
    ),
  },
  {
    text: 'Tutorial: 3D convolution',
    entries: entries(
      ...['1. From pixels to features', 'docs/tutorial/01-pixels-to-features.md'],
      ...['2. Why time', 'docs/tutorial/02-why-time.md'],
      ...['3. Convolution in space and time', 'docs/tutorial/03-convolution-in-space-and-time.md'],
      ...['4. The small parts', 'docs/tutorial/04-small-parts.md'],
      ...['5. The whole network', 'docs/tutorial/05-the-whole-network.md'],
      ...['6. Training', 'docs/tutorial/06-training.md'],
      ...['7. The alternatives', 'docs/tutorial/07-alternatives.md'],
      ...['8. Memory and cost', 'docs/tutorial/08-memory-and-cost.md'],
      ...['9. Ensembles', 'docs/tutorial/09-ensembles.md'],
      ...['10. A playground for motion', 'docs/tutorial/10-playground.md'],
    ),
  },
  {
    text: 'Training',
    entries: entries(
      ...['Training recipe', 'docs/recipe.md'],
      ...['Networks', 'docs/networks.md'],
      ...['Many runs', 'docs/many-runs.md'],
      ...['Ensembles', 'docs/ensembles.md'],
      ...['Memory', 'docs/memory.md'],
      ...['The workbench', 'docs/workbench.md'],
      ...['Packed data', 'docs/packed-data.md'],
      ...['Distributed training', 'docs/distributed.md'],
      ...['Clusters', 'deploy/README.md'],
      ...['Training in onnxruntime', 'docs/browser-training.md'],
    ),
  },
  {
    text: 'Packages',
    entries: entries(
      ...['kinora', 'packages/kinora/README.md'],
      ...['@kinora/recognizer', 'packages/recognizer/README.md'],
      ...['@kinora/gestures, a trained network', 'packages/gestures/README.md'],
      ...['@kinora/torch', 'packages/torch/README.md'],
      ...['@kinora/clip', 'packages/clip/README.md'],
      ...['Engines', 'docs/engines.md'],
      ...['Example programs', 'examples/README.md'],
    ),
  },
  {
    text: 'Measurements',
    entries: entries(
      ...['Accuracy', 'docs/results.md'],
      ...['Comparison of networks', 'docs/compare/README.md'],
      ...['Speed', 'docs/performance.md'],
      ...['Streams and calibration', 'docs/streams.md'],
      ...['Teaching gestures', 'docs/teaching.md'],
      ...['Live latency', 'docs/live.md'],
      ...['Scale', 'docs/scale.md'],
    ),
  },
  {
    text: 'The project',
    entries: entries(
      ...['Architecture', 'docs/architecture.md'],
      ...['Contributing', 'CONTRIBUTING.md'],
      ...['Testing', 'docs/testing.md'],
      ...['Reliability', 'docs/reliability.md'],
      ...['Security', 'SECURITY.md'],
      ...['Changelog', 'CHANGELOG.md'],
      ...['Third-party terms', 'THIRD_PARTY.md'],
    ),
  },
];

/** Texts that have a place in a reference, or that only other texts lead to. */
const OTHERS = [
  'docs/README.md',
  'docs/configuration.md',
  'docs/decisions/README.md',
  'packages/recognizer/THIRD_PARTY.md',
];

/** Every text of the site that lies in the repository, without decision records. @type {readonly string[]} */
export const TEXTS = [...SECTIONS.flatMap(({ entries }) => entries.map(({ file }) => file)), ...OTHERS];

/**
 * Where a text is in the site, without `.html`: `docs/recipe.md` is `recipe`, `packages/torch/README.md` is `packages/torch/index`.
 * @param {string} file
 */
export function pageOf(file) {
  if (file === 'README.md') return 'overview';
  if (file === 'docs/README.md') return 'documentation';
  const name = file.replace(/^docs\//, '').replace(/\.md$/, '');
  return name.replace(/(^|\/)README$/, '$1index').toLowerCase();
}
