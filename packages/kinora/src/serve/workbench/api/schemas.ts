/**
 * What the workbench's API takes and answers. Shares and probabilities are between 0 and 1, times in a video in seconds
 * from its start, moments in milliseconds since 1970. A clip is named by its path below the folder of clips, such as
 * `wave/anna-1.mp4`.
 */
import * as z from 'zod';
import { MOST_CLIPS } from '../../../project/limits.js';
import {
  classNameSchema as className,
  personNameSchema as personName,
  runNameSchema as runName,
} from '../../../project/names.js';
import { GESTURES } from '../../../run/packaged.js';
import { spaceSchema } from '../../../sweep/space.js';

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const moment = z.number().describe('Milliseconds since 1970.');
const text = z.string().max(2000);
const seconds = z.number().min(0).max(1e6);

export const clipId = z.string().min(1).max(1000);
const part = z.enum(['train', 'validation']);

// --- projects

export const layout = z
  .enum(['folders', 'list', 'pack'])
  .describe(
    'One folder per class; CSV lists (Jester’s, too); packs. Only the clips of folders can be changed.',
  );

export const projectSummary = z.object({
  id: z.string(),
  name: text,
  folder: z.string().describe('Absolute path.'),
  opened: moment.nullable(),
  missing: z.boolean().describe('Whether the folder no longer exists.'),
});

export const classSummary = z.object({
  name: text,
  clips: count,
  people: count,
  train: count,
  validation: count,
});

export const project = projectSummary.extend({
  layout,
  editable: z.boolean(),
  clipsFolder: z.string().describe('Relative to the project.'),
  frameRate: z.number().describe('Frames per second of clips that are folders of pictures.'),
  classes: z.array(classSummary),
  people: z.array(z.object({ name: text, clips: count, part: part.nullable() })),
  clips: count,
  recordings: count,
  revision: z.string().describe('Changes when a clip or a list does.'),
  limits: z.object({ uploadBytes: count, clips: count }),
});

export const newProject = z.object({
  name: runName,
  classes: z.array(className).max(1000).default([]),
});
export const projectChanges = z.object({ name: text.min(1).optional() });

// --- clips

export const clip = z.object({
  id: clipId,
  class: text,
  person: text.nullable(),
  part: part.nullable().describe('The list that it is in; null for one in neither.'),
  bytes: count,
  modified: moment,
  frames: count.nullable().describe('Null until the file has been read, or if it cannot be.'),
  seconds: seconds.nullable(),
  width: count.nullable(),
  height: count.nullable(),
  problem: text.nullable().describe('Why it cannot be used.'),
  version: z.string().describe('Changes with the file; part of the addresses of its pictures.'),
  start: seconds.optional(),
  end: seconds.optional().describe('The part of a longer video that a list names.'),
});

export const clipQuery = z.object({
  class: text.optional(),
  person: text.optional(),
  part: z.enum(['train', 'validation', 'none']).optional(),
  problem: z.enum(['true', 'false']).optional(),
  search: text.optional().describe('Part of the id.'),
  ids: z.string().max(200_000).optional().describe('Only these ids, separated by line breaks.'),
  sort: z.enum(['name', 'modified', 'seconds', 'bytes']).default('name'),
  order: z.enum(['ascending', 'descending']).default('ascending'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(20_000).default(1000),
});

export const clips = z.object({
  clips: z.array(clip),
  total: count,
  revision: z.string(),
  reading: count.describe(
    'Files whose length and size are still being read; an event `clips` says when more are known.',
  ),
});

export const newClip = z.object({
  class: className,
  person: personName.optional().describe('Default: `unknown`.'),
});

const chosen = z.array(clipId).min(1).max(20_000);
export const clipMove = z.object({
  clips: chosen,
  class: className.optional(),
  person: personName.optional(),
});
export const clipRemoval = z.object({ clips: chosen });
const interval = { start: seconds, end: seconds };
export const clipTrim = z
  .object({ clip: clipId, ...interval })
  .refine(({ start, end }) => end > start, { error: 'an end later than the start', path: ['end'] });

export const change = z.object({
  id: z.string(),
  kind: z.enum(['move', 'remove', 'trim', 'rename class', 'remove class']),
  at: moment,
  summary: text.describe('One line, such as "removed 3 clips of wave".'),
  clips: z.array(z.object({ from: clipId, to: clipId.nullable() })).max(20_000),
});

export const clipPictureQuery = z.object({
  clip: clipId,
  recording: z.enum(['true', 'false']).default('false').describe('Whether `clip` names a recording.'),
  version: z.string().max(100).optional(),
});
export const stripQuery = clipPictureQuery.extend({
  frames: z.coerce.number().int().min(1).max(64).default(8),
  height: z.coerce.number().int().min(16).max(240).default(96),
  start: z.coerce.number().min(0).optional(),
  end: z.coerce.number().min(0).optional(),
});
export const frameQuery = clipPictureQuery.extend({
  at: z.coerce.number().min(0).default(0).describe('Seconds.'),
  height: z.coerce.number().int().min(16).max(1080).default(360),
});

// --- recordings

export const event = z
  .object({ class: className, ...interval })
  .refine(({ start, end }) => end > start, { error: 'an end later than the start', path: ['end'] });
const events = z.array(event).max(10_000);
export const recording = z.object({
  id: z.string().describe('Name of the file in `recordings/`, such as `anna-1.webm`.'),
  person: text.nullable(),
  bytes: count,
  modified: moment,
  frames: count.nullable(),
  seconds: seconds.nullable(),
  width: count.nullable(),
  height: count.nullable(),
  problem: text.nullable(),
  version: z.string(),
  events,
});
export const newRecording = z.object({ person: personName.optional() });
export const recordingEvents = z.object({ recording: clipId, events });
export const recordingCut = z.object({ recording: clipId, events: events.min(1).max(1000) });

// --- splits and health

export const split = z.object({
  people: z.array(z.object({ name: text, clips: count, part })),
  classes: z.array(z.object({ name: text, train: count, validation: count })),
  unlisted: count.describe('Clips in neither list, because they were added later.'),
  gone: count.describe('Lines whose clip is no longer there.'),
  written: z.boolean().describe('Whether the lists exist and agree with the clips.'),
  files: z.object({ train: z.string(), validation: z.string(), labels: z.string() }),
  command: text.describe('The command line that writes the same lists.'),
});
export const splitChange = z.union([
  z
    .strictObject({ people: z.record(personName, part) })
    .describe('Each person by hand; others keep their part.'),
  z.strictObject({ validation: z.number().gt(0).lt(1).default(0.2), seed: z.int().min(0).default(1) }),
  z.strictObject({ leaveOut: personName.describe('The only person of the validation list.') }),
]);

export const findingKind = z.enum([
  'broken',
  'duplicate',
  'near-duplicate',
  'person-in-both',
  'unknown-people',
  'few-people',
  'imbalance',
  'length',
  'light',
  'label',
  'split',
]);
export const finding = z.object({
  kind: findingKind,
  severity: z.enum(['error', 'warning', 'note']),
  message: text,
  clips: z.array(clipId).max(MOST_CLIPS).readonly(),
  repair: z
    .object({
      label: text.describe('What the button says.'),
      operation: z.string().describe('Name of an operation of this API.'),
      body: z.unknown().describe('Its body.'),
    })
    .readonly()
    .nullable(),
});
export const health = z.object({
  checked: moment.nullable().describe('Null before the first check.'),
  stale: z.boolean().describe('Whether clips have changed since.'),
  labelsChecked: moment.nullable().describe('The latest cross-validation; null without one.'),
  findings: z.array(finding),
});

// --- training

export const jobKind = z.enum([
  ...['train', 'lr-find', 'sweep', 'check', 'labels'],
  ...['evaluate', 'export', 'pack', 'page'],
] as const);
export const jobState = z.enum(['queued', 'running', 'stopping', 'done', 'stopped', 'failed', 'interrupted']);

/** A change to a configuration: a key and its JSON value. */
const settings = z.record(z.string().regex(/^[\w.]{1,60}$/), z.json());

const start = z
  .union([runName, z.literal(GESTURES)])
  .describe('Weights to start from: another run of the project, or the network that comes with Kinora.');
export const recipeQuery = z.object({ initFrom: start.optional() });

const dimensionKey = z.string().regex(/^[\w.]{1,60}$/);
const searchSpace = z
  .record(dimensionKey, spaceSchema.valueType)
  .describe('Keys of the configuration, each with a range or a choice, as `kinora sweep` takes them.');

export const newJob = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('train'),
    run: runName,
    settings: settings.default({}).describe('Keys of the configuration that differ from the recipe.'),
    initFrom: start.nullable().default(null),
  }),
  z
    .object({
      kind: z.literal('lr-find'),
      settings: settings.default({}),
      initFrom: start.nullable().default(null),
      steps: z.int().min(20).max(10_000).default(200).describe('Optimizer steps.'),
    })
    .describe('A range test of learning rates, for the training that the same settings describe.'),
  z
    .object({
      kind: z.literal('sweep'),
      settings: settings.default({}),
      initFrom: start.nullable().default(null),
      space: searchSpace,
      trials: z.int().min(1).max(1000).default(9),
      method: z.enum(['halving', 'random']).default('halving'),
    })
    .describe('A search for settings, around those that are given.'),
  z.object({ kind: z.literal('check') }),
  z
    .object({ kind: z.literal('labels'), settings: settings.default({}) })
    .describe('A cross-validation, by which `getHealth` finds labels that look wrong.'),
  z.object({ kind: z.literal('evaluate'), run: runName }),
  z.object({
    kind: z.literal('export'),
    run: runName,
    format: z.enum(['onnx', 'safetensors', 'pt']),
    weights: z
      .enum(['float32', 'float16', 'int8'])
      .default('float32')
      .describe('Of ONNX files: how weights are stored.'),
  }),
  z.object({ kind: z.literal('pack') }),
  z.object({ kind: z.literal('page'), run: runName }),
]);

export const progress = z.object({
  step: count,
  steps: count.nullable().describe('Steps in all, where that is known.'),
  epoch: count,
  epochs: count.nullable(),
  loss: z.number().nullable(),
  top1: share.nullable(),
  validationTop1: share.nullable(),
  clipsPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});

export const job = z.object({
  id: z.string(),
  kind: jobKind,
  run: z.string().nullable(),
  state: jobState,
  command: text.describe('The command line that does the same, from the folder of the project.'),
  added: moment,
  started: moment.nullable(),
  ended: moment.nullable(),
  progress: progress.nullable().describe('Of trainings.'),
  message: text.nullable().describe('The last line that it printed; for a failed job its error.'),
  resumable: z.boolean(),
});
export const jobDetail = job.extend({
  log: z.string().describe('The end of what it printed, at most 64 KiB.'),
  inputs: z
    .array(z.object({ file: z.string(), text: z.string() }))
    .describe('The configuration, and for a sweep the search space, that the command line names.'),
});

export const recipe = z.object({
  name: text,
  settings,
  reasons: z.array(z.object({ key: text, value: z.json(), reason: text })),
  command: text,
  space: searchSpace.describe('A search around these settings.'),
  clips: z.object({ train: count, validation: count, classes: count, people: count }),
});

const found = { name: text.describe('Its folder in `runs/`.'), modified: moment };
export const search = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('lr-find'),
    ...found,
    steps: z.array(z.object({ lr: z.number(), loss: z.number(), smoothed: z.number() })),
    suggested: z.number().nullable().describe('Where the loss falls fastest; null if it does not fall.'),
    lowest: z.number().describe('Learning rate of the lowest smoothed loss.'),
    diverged: z.boolean(),
  }),
  z.object({
    kind: z.literal('sweep'),
    ...found,
    rungs: z.array(count).describe('Epochs after which trials are compared.'),
    space: searchSpace,
    trials: z
      .array(
        z.object({
          name: text,
          point: z.record(z.string(), z.json()).describe('Its settings of the search space.'),
          minutes: z.number().nullable(),
          rungs: z.array(z.object({ epochs: count, top1: share, loss: z.number() })),
          error: text.nullable(),
        }),
      )
      .describe('The best first.'),
  }),
]);

export const settingsReference = z.object({
  groups: z.array(z.object({ name: text, keys: z.array(z.string()) })),
  schema: z
    .record(z.string(), z.unknown())
    .describe('JSON Schema of a configuration, with descriptions and defaults.'),
  networks: z.array(z.object({ name: text, family: text, summary: text, input: z.array(count) })),
});

// --- runs

export const epoch = z.object({
  epoch: count,
  loss: z.number().optional(),
  top1: share.optional(),
  top5: share.optional(),
  val_loss: z.number().optional(),
  val_top1: share.optional(),
  val_top5: share.optional(),
  lr: z.number().optional(),
});

export const runSummary = z.object({
  name: text,
  network: text,
  job: z.string().nullable().describe('The job that trains it, while it is in the queue.'),
  state: z.enum(['new', 'training', 'interrupted', 'finished']),
  modified: moment,
  epochs: count,
  best: z.object({ epoch: count, top1: share, loss: z.number() }).nullable(),
  hasModel: z.boolean().describe('Whether it has a checkpoint, so that it can be evaluated and exported.'),
  evaluated: moment.nullable(),
  files: z
    .array(z.object({ file: z.string(), bytes: count, modified: moment }))
    .describe('What `runFile` serves: exports, the report, the downloadable page.'),
});
export const run = runSummary.extend({
  settings: z.record(z.string(), z.unknown()).describe('The effective configuration.'),
  differences: z.array(z.string()).describe('Keys that differ from the defaults.'),
  history: z.array(epoch),
});
export const metricsQuery = z.object({
  after: z.coerce.number().int().min(-1).default(-1).describe('Only steps after this one.'),
  points: z.coerce.number().int().min(2).max(5000).default(1000).describe('Most points; more are averaged.'),
});
export const metrics = z.object({
  steps: z.array(z.object({ step: count, loss: z.number().nullable(), lr: z.number().nullable() })),
  epochs: z.array(epoch.extend({ step: count })),
  last: z.int(),
});

const end = share
  .nullable()
  .describe('Of the 95 % interval; null where there is none: all clips are of one person.');
const estimate = z.object({ value: share, low: end, high: end });
export const evaluation = z.object({
  date: z.string(),
  labels: z.array(text),
  clips: z.array(
    z.object({
      id: clipId,
      person: text.nullable(),
      label: count.describe('Index into `labels`.'),
      answer: count,
      confidence: share,
      loss: z.number(),
      probabilities: z.array(share).describe('`[labels]`'),
    }),
  ),
  top1: estimate.describe('With its 95 % interval, in which the clips of a person count together.'),
  top5: estimate.nullable(),
  loss: z.number(),
  confusion: z.array(z.array(count)).describe('`[true label, answer]`'),
  classes: z.array(
    z.object({
      label: text,
      clips: count,
      precision: share.nullable(),
      recall: estimate.nullable(),
      f1: share.nullable(),
    }),
  ),
  people: z.array(z.object({ name: text, clips: count, top1: estimate })).nullable(),
  reliability: z.object({
    ece: share,
    bins: z.array(
      z.object({
        low: share,
        high: share,
        clips: count,
        confidence: share.nullable(),
        accuracy: share.nullable(),
      }),
    ),
  }),
});

export const judge = z.object({
  kind: z.enum(['crossval', 'evaluation']),
  run: text.describe('Its folder in `runs/`.'),
  at: moment,
  clips: z.array(
    z.object({
      id: clipId,
      answer: text.describe('The class that the network takes it for.'),
      confidence: share.describe('Probability of the answer.'),
      loss: z.number().describe('Cross-entropy of its own class, in nats.'),
    }),
  ),
});

export const comparisonQuery = z.object({ a: runName, b: runName });
/** Of a loss or a difference, which may be outside of 0 to 1. */
const interval95 = z
  .object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
  .nullable();
const pair = <T extends z.ZodType>(of: T) => z.tuple([of, of]).describe('Of `a` and of `b`.');
export const comparison = z.object({
  runs: pair(
    z.object({
      clips: count.describe('Clips of its evaluation.'),
      top1: estimate.nullable().describe('On the clips that both have; null without any.'),
      loss: interval95,
      ece: share.describe('Calibration error, on all clips of its evaluation.'),
    }),
  ),
  clips: count.describe('Clips that both were evaluated on, under the same label.'),
  difference: interval95.describe(
    'Top-1 of `b` less that of `a`, paired: both on the same resamples of people.',
  ),
  settings: z
    .array(z.object({ key: z.string(), values: pair(z.json()) }))
    .describe('Keys of the configurations that differ, without names of files.'),
  disagreements: z
    .array(
      z.object({
        id: clipId,
        label: text,
        answers: pair(z.object({ label: text, confidence: share, right: z.boolean() })),
      }),
    )
    .describe('Clips that the two answer differently.'),
  bothWrong: count.describe('Clips that neither recognises.'),
});

// --- every answer

export const problem = z.object({
  error: z.object({
    code: z.string(),
    message: z.string().describe('One line: where, what was expected, what was received, what to do.'),
    where: z.string().optional(),
    hint: z.string().optional(),
  }),
});

/** What `events` sends, as server-sent events of these names. */
export const serverEvents = {
  jobs: z.object({ jobs: z.array(job) }),
  progress: z.object({ job: z.string(), run: z.string(), progress }),
  clips: z.object({ revision: z.string() }),
  health: z.object({ checked: moment.nullable() }),
};
