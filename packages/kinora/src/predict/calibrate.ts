/** Fits a temperature to a run's probabilities on its validation clips and stores it with the weights. */
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch';
import { namingKeysOf, type RunConfig, type RunConfigInput } from '../config/index.js';
import { peopleBeside } from '../data/lists/people.js';
import { RELIABILITY, reliabilityChart } from '../figures/reliability.js';
import { el, type Markup, picture } from '../figures/svg.js';
import { fileTheme, type Theme } from '../figures/theme.js';
import { percent } from '../figures/words.js';
import { type Calibration, calibrate, reliability } from '../measure/calibration.js';
import { reportFolder } from '../report/folder.js';
import { writePostprocess } from '../run/postprocess.js';
import { runFolderOf } from '../run/run-folder.js';
import { configOf, openRunModel, validationOf } from './evaluate.js';
import { type PredictOptions, predictList } from './predict-list.js';

export interface CalibrateResult extends Calibration {
  readonly clips: number;
  /** People in the clips; undefined where they are unknown, and clips stand for them. */
  readonly people?: number;
  /** The file that the temperature was written into. */
  readonly file: string;
  /** The reliability diagrams. */
  readonly pictures: string;
  /** Whether live settings were fitted for another temperature. */
  readonly outdated: boolean;
}

/** Fewer clips say nothing about probabilities. */
const FEWEST = 50;

/**
 * Temperature scaling (Guo et al., ICML 2017) on the validation clips of a run: they were not trained on. The calibration
 * error afterwards is measured on people whom the temperature was not fitted on.
 *
 * @throws KinoraError `calibrate/few-clips` below 50 clips or two people
 */
export async function calibrateRun(
  run: string | RunConfig | RunConfigInput,
  options: PredictOptions = {},
): Promise<CalibrateResult> {
  const config = await configOf(run);
  return namingKeysOf(config, () => calibrateConfig(config, options));
}

async function calibrateConfig(config: RunConfig, options: PredictOptions): Promise<CalibrateResult> {
  const model = openRunModel(config, options);
  try {
    const { labels } = model.spec;
    const list = validationOf(config, labels);
    const people = peopleBeside(list.items, config.validationList);
    if (list.items.length < FEWEST || new Set(people.groups).size < 2)
      throw fewClips(config, list.items.length, new Set(people.groups).size);
    const { indices, ...evaluation } = await predictList(model, list, config, options, 'calibrating');
    const groups = Int32Array.from(indices, (index) => people.groups[index]!);
    const found = calibrate(evaluation, labels.length, groups);
    const { postprocess, file } = model;
    writePostprocess(file, { ...postprocess, temperature: found.temperature });
    const { report } = runFolderOf(config);
    const { draw } = await reportFolder(report);
    draw('calibration', diagrams(found, fileTheme), ['png', 'svg']);
    const changed = Math.abs(found.temperature / postprocess.temperature - 1) > 0.02;
    return {
      ...found,
      clips: indices.length,
      ...(people.names && { people: new Set(groups).size }),
      file,
      pictures: join(report, 'calibration.png'),
      outdated: changed && Object.keys(postprocess.settings).length > 0,
    };
  } finally {
    model.network.dispose();
  }
}

/** The reliability before and after, side by side. */
function diagrams({ before, after, errorBefore, errorAfter }: Calibration, theme: Theme): Markup {
  const gap = 24;
  const charts = [
    reliabilityChart(`before: ECE ${percent(errorBefore.value)}`, reliability(before), theme),
    reliabilityChart(`after: ECE ${percent(errorAfter.value)}`, reliability(after), theme),
  ];
  return picture(
    { width: 2 * RELIABILITY.width + 3 * gap, height: RELIABILITY.height + 2 * gap },
    undefined,
    theme,
    charts.map((chart, i) =>
      el('g', { transform: `translate(${gap + i * (RELIABILITY.width + gap)} ${gap})` }, chart),
    ),
  );
}

const fewClips = (config: RunConfig, clips: number, people: number) =>
  kinoraError('calibrate/few-clips', config.validationList ?? config.validationFolder ?? config.name, {
    expected: `at least ${FEWEST} clips of two people, to fit a temperature on`,
    received: `${clips} clips of ${people}`,
    hint: 'give more clips with --set validationList=...',
  });
