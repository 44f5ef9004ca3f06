/**
 * The sample clips of a site: the first validation clip of some labels, whether or not the network gets it right, with
 * the network's prediction; and their flow.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type PreprocessSpec, resizedSize, samplePositions } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import { type FlowClip, fieldPlaces } from '../../data/flow/clip-flow.js';
import { readClipFlow } from '../../data/flow/flow-reader.js';
import type { ClipItem, ClipList } from '../../data/lists/clip-list.js';
import { clipTimeline, openClip, partOf } from '../../data/open.js';
import { readSplit } from '../../data/splits.js';
import { predictClip } from '../../predict/predict.js';
import type { OpenedModel } from '../../run/open.js';
import type { SiteClip, SiteFlow } from './protocol.js';

/** Clips in a site: enough to choose from, few enough to load at once. */
const COUNT = 9;
/** Number of clips to search for a mistake, if the sample has none. */
const SEARCHED = 60;

/** Writes the clips into `folder` and returns their entries in site.json. Throws if the run has no validation clips. */
export async function writeClips(
  folder: string,
  config: RunConfig,
  model: Pick<OpenedModel, 'network' | 'spec'>,
): Promise<SiteClip[]> {
  const { spec } = model;
  const list = readSplit(config, 'val', spec.labels);
  if (list === undefined) throw noClips();
  const chosen = await chooseClips(list, async (item) => (await predictClip(model, item))[0]!.label);
  return Promise.all(
    chosen.map(async ({ item, answer }, i) => ({
      id: item.id,
      label: list.labels[item.label]!,
      answer,
      ...(await writeClip(folder, `clips/${i}`, item, spec)),
    })),
  );
}

interface Answered {
  readonly item: ClipItem;
  readonly answer: string;
}

/**
 * A sample of the list with the network's predictions. The reader should see both correct and wrong ones: if the sample
 * contains only one kind, the first clip of the other kind is added, if the search finds one.
 */
export async function chooseClips(
  list: ClipList,
  answerTo: (item: ClipItem) => Promise<string>,
): Promise<Answered[]> {
  const ask = async (item: ClipItem): Promise<Answered> => ({ item, answer: await answerTo(item) });
  const isRight = ({ item, answer }: Answered): boolean => list.labels[item.label] === answer;
  const sample: Answered[] = [];
  for (const item of sampleItems(list, COUNT)) sample.push(await ask(item));
  const [first, ...others] = sample.map(isRight);
  if (others.some((right) => right !== first)) return sample;
  for (const item of list.items.slice(0, SEARCHED)) {
    const found = await ask(item);
    if (isRight(found) !== first) return [...sample, found];
  }
  return sample;
}

/** The first clip of each of at most `count` labels, evenly spaced over the labels that have clips. */
export function sampleItems({ labels, items }: ClipList, count: number): ClipItem[] {
  const first = labels.flatMap((_, label) => items.find((item) => item.label === label) ?? []);
  const every = Math.max(1, first.length / count);
  return Array.from({ length: Math.min(count, first.length) }, (_, i) => first[Math.floor(i * every)]!);
}

/** @param name of its files, without the part that distinguishes them */
async function writeClip(
  folder: string,
  name: string,
  item: ClipItem,
  spec: PreprocessSpec,
): Promise<Omit<SiteClip, 'id' | 'label' | 'answer'>> {
  const source = await openClip(item.path);
  await source.verify();
  const timeline = clipTimeline(source, item, spec);
  const moments = samplePositions(timeline.length, spec);
  const frames = await source.read(moments.map((moment) => timeline[moment]!));
  const { data, count, height, width } = frames;
  const file = `${name}.rgb.gz`;
  writePacked(join(folder, file), data);
  const part = partOf(item, spec);
  const flow = await writeFlow(
    folder,
    name,
    { source, timeline, part, size: resizedSize(frames, spec) },
    moments,
    spec,
  );
  return { file, count, height, width, ...(flow && { flow }) };
}

async function writeFlow(
  folder: string,
  name: string,
  clip: FlowClip,
  moments: Int32Array,
  spec: PreprocessSpec,
): Promise<SiteFlow | undefined> {
  if (clip.timeline.length < 2) return undefined;
  const file = `${name}.flow.gz`;
  writePacked(join(folder, file), await readClipFlow(clip, moments, spec, {}));
  return { file, places: [...fieldPlaces(moments.length)] };
}

const writePacked = (file: string, data: Uint8Array): void =>
  writeFileSync(file, gzipSync(data, { level: 9 }));

const noClips = (): KinoraError =>
  kinoraError('site/no-clips', 'validationList', {
    expected: 'validation clips to show',
    received: 'a run without a validation list',
    hint: 'name one in the config.json of the run',
  });
