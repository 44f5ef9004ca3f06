/** The sample clips of a site: of every few labels the first validation clip, whatever the network makes of it; and its flow. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { KinoraError } from '@kinora/torch';
import { type FlowClip, fieldPlaces } from '../../clip/flow/clip-flow.js';
import { resizedSize } from '../../clip/prepare.js';
import { openClip } from '../../clip/read/open.js';
import { samplePositions } from '../../clip/sample.js';
import type { PreprocessSpec } from '../../clip/spec.js';
import type { RunConfig } from '../../config/index.js';
import { readClipFlow } from '../../data/flow/flow-reader.js';
import type { ClipItem, ClipList } from '../../data/lists/clip-list.js';
import { clipTimeline, partOf } from '../../data/load/timeline.js';
import { readSplit } from '../../train/data.js';
import type { SiteClip, SiteFlow } from './protocol.js';

/** Clips in a site: enough to choose from, few enough to load at once. */
const COUNT = 9;

/** Writes the clips into `folder` and returns what site.json says of them. Throws where the run has no validation clips. */
export async function writeClips(
  folder: string,
  config: RunConfig,
  spec: PreprocessSpec,
): Promise<SiteClip[]> {
  const list = readSplit(config, 'val', spec.labels);
  if (list === undefined) throw noClips();
  return Promise.all(sampleItems(list, COUNT).map((item) => writeClip(folder, item, list, spec)));
}

/** The first clip of each of at most `count` labels, evenly spaced over the labels that have clips. */
export function sampleItems({ labels, items }: ClipList, count: number): ClipItem[] {
  const first = labels.flatMap((_, label) => items.find((item) => item.label === label) ?? []);
  const every = Math.max(1, first.length / count);
  return Array.from({ length: Math.min(count, first.length) }, (_, i) => first[Math.floor(i * every)]!);
}

async function writeClip(
  folder: string,
  item: ClipItem,
  list: ClipList,
  spec: PreprocessSpec,
): Promise<SiteClip> {
  const source = await openClip(item.path);
  await source.verify();
  const timeline = clipTimeline(source, item, spec);
  const moments = samplePositions(timeline.length, spec);
  const frames = await source.read(moments.map((moment) => timeline[moment]!));
  const { data, count, height, width } = frames;
  const name = `clips/${item.label}`;
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
  return { id: item.id, label: list.labels[item.label]!, file, count, height, width, ...(flow && { flow }) };
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
  new KinoraError({
    code: 'site/no-clips',
    where: 'val_data_csv',
    expected: 'validation clips, of which the site shows some',
    received: 'a run without a validation list',
    hint: 'name one in the config.json of the run',
  });
