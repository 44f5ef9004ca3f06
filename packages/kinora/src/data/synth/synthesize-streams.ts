/**
 * Makes a folder of synthetic streams with lists of what happens in them, or finishes an incomplete one. Half of the streams
 * show the people of a data set's validation clips, to tune on, and half those of its test clips, to judge on: training
 * with the same seed and number of people has seen neither.
 */
import { join } from 'node:path';
import { permutation, randomStream } from '@kinora/clip';
import { kinoraError } from '@kinora/torch';
import { csvLine } from '../../files/csv.js';
import { writeWhole } from '../../files/record.js';
import { defaultRecipe, peopleOf } from './plan.js';
import { planStream, type StreamRequest } from './stream.js';
import type { SynthOptions, SynthResult } from './synthesize.js';
import { claimFolder, hasFiles, missingOf, writeAll } from './synthesize.js';

/** The recipe of a folder of streams: the same recipe gives the same bytes. */
export interface StreamRecipe {
  /** Version of the renderer, raised whenever the same request gives different pixels. */
  readonly renderer: number;
  /** Default: 1. */
  readonly seed: number;
  /** Streams to tune on, and as many to judge on. Default: 10. */
  readonly streams: number;
  /** Length of each. Default: 60. */
  readonly seconds: number;
  /** People of the clips that the network was trained on, in all splits together. Default: 150. */
  readonly people: number;
}

export const defaultStreamRecipe: StreamRecipe = {
  renderer: 1,
  seed: defaultRecipe.seed,
  streams: 10,
  seconds: 60,
  people: defaultRecipe.people,
};

export interface SynthStreamOptions
  extends Partial<Omit<StreamRecipe, 'renderer'>>,
    Pick<SynthOptions, 'out' | 'workers' | 'progress' | 'signal'> {}

const splits = ['validation', 'test'] as const;

export interface PlannedStream {
  /** Folder name. */
  readonly id: string;
  readonly split: (typeof splits)[number];
  readonly request: StreamRequest;
}

/** Identifies the random stream that assigns people. */
const CAST = 1003;

/** All streams of a recipe. Everyone in a split appears once before anyone appears twice. */
export function planStreams(recipe: StreamRecipe): PlannedStream[] {
  checkRecipe(recipe);
  const { seed, streams, seconds } = recipe;
  const groups = peopleOf(recipe);
  return splits.flatMap((split, s) => {
    const group = groups[split];
    const order = permutation(group.length, randomStream(seed, CAST, s));
    return Array.from({ length: streams }, (_, k): PlannedStream => {
      const take = s * streams + k + 1;
      const person = group[order[k % group.length]!]!;
      return { id: String(take), split, request: { seed, person, take, seconds } };
    });
  });
}

/** Contents of the lists by file name: `path,label,start,end,subject,activity`. */
export function streamLists(streams: readonly PlannedStream[]): Record<string, string> {
  const rowsOf = ({ id, request }: PlannedStream): string[] => {
    const path = `streams/${id}`;
    const rows = planStream(request).happenings.map(({ kind, label, start, end }) => {
      const [event, activity] = kind === 'gesture' ? [label, ''] : ['', label];
      return [path, event, start.toFixed(2), end.toFixed(2), String(request.person), activity];
    });
    return (rows.length > 0 ? rows : [[path, '', '', '', String(request.person), '']]).map((row) =>
      row.map((field) => (field === '' ? '' : csvLine([field]))).join(','),
    );
  };
  const list = (split: string): string =>
    ['path,label,start,end,subject,activity', ...streams.filter((one) => one.split === split).flatMap(rowsOf)]
      .map((line) => `${line}\n`)
      .join('');
  return Object.fromEntries(splits.map((split) => [`${split}.csv`, list(split)]));
}

/** Renders what is missing from the streams in `out`. `done` and `total` count streams. */
export async function synthesizeStreams({
  out,
  workers,
  progress,
  signal,
  ...wanted
}: SynthStreamOptions): Promise<SynthResult> {
  const recipe: StreamRecipe = { ...defaultStreamRecipe, ...wanted };
  const streams = planStreams(recipe);
  const folder = join(out, 'streams');
  await claimFolder(out, 'streams', recipe);
  const missing = await missingOf(folder, streams);
  const lists = streamLists(streams);
  const sum = { done: streams.length - missing.length, total: streams.length, frames: 0, bytes: 0 };
  if (missing.length === 0 && (await hasFiles(out, Object.keys(lists)))) return { ...sum, state: 'complete' };
  const written = await writeAll(folder, missing, sum, {
    what: 'rendering streams',
    unit: 'streams',
    workers,
    ...(progress && { progress }),
    ...(signal && { signal }),
  });
  if (written.done < written.total) return { ...written, state: 'stopped' };
  for (const [name, text] of Object.entries(lists)) writeWhole(join(out, name), text);
  return { ...written, state: 'finished' };
}

function checkRecipe({ seed, streams, people, seconds }: StreamRecipe): void {
  const limits = { seed: [seed, 0], streams: [streams, 1], people: [people, 3] } as const;
  for (const [name, [value, least]] of Object.entries(limits)) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw kinoraError('synth/recipe', `synthetic streams, ${name}`, {
      expected: `a whole number of at least ${least}`,
      received: String(value),
    });
  }
  // Longer ones would not fit into the memory of the thread that renders them.
  if (seconds >= 10 && seconds <= 600) return;
  throw kinoraError('synth/recipe', 'synthetic streams, seconds', 'a number from 10 to 600', String(seconds));
}
