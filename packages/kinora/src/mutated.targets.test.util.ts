/** For tests only: a sound file of every format that Kinora reads, and its reader. Those of weights are beside their readers. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultSpec, parseSpec, stillFields } from '@kinora/clip';
import { serialize } from '@kinora/torch';
import { CostCache } from './compare/cost-cache.js';
import { rowKind } from './compare/data.js';
import { loadConfig } from './config/load.js';
import { testPicture, writeTestClip } from './data/decode/fixtures.test.util.js';
import { decodeJpeg, encodeJpeg, jpegSize } from './data/decode/jpeg.js';
import { packFlow, unpackFlow } from './data/flow/container.js';
import { readClipList } from './data/lists/annotations.js';
import { readLabels } from './data/lists/labels.js';
import { peopleOf } from './data/lists/people.js';
import { readClip } from './data/load/clip-reader.js';
import { checksumOf, packedPlace } from './data/pack/description.js';
import { readPack } from './data/pack/read-pack.js';
import { mirrorOf } from './data/pack/remote/mirror.js';
import { packClips } from './data/pack/write/pack.js';
import { ShardRecords } from './data/pack/write/shard-records.js';
import { readNpy, writeNpy } from './files/npy.js';
import { readRecord } from './files/record.js';
import { findNetwork } from './model/registry.js';
import type { Damage, Target } from './mutated.test.util.js';
import { damageBytes, damageJson } from './mutated.test.util.js';
import { readState } from './run/checkpoint.js';
import { EventWriter, planEventsCut } from './run/events.js';
import { readKernels } from './run/first-kernels.js';
import { readMetrics } from './run/metrics-log.js';
import { openModel } from './run/open.js';
import { readComparison } from './serve/site/comparison.js';
import { schemaOf } from './trials/trial.js';

export const folder: string = mkdtempSync(join(tmpdir(), 'kinora-mutated-'));
export const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });

const labels = ['Swiping Left', 'Thumb Up'];
const spec = { ...defaultSpec(labels), frames: 2, stride: 1, crop: { height: 16, width: 16 } };

/** A target whose reader takes a path: the file is written to it before. */
function inFile(
  name: string,
  file: string,
  damage: Damage,
  sound: () => Buffer | string,
  read: (path: string) => unknown,
  share = 1,
  milliseconds?: number,
): Target {
  const path = join(folder, name.replaceAll(/\W+/g, '-'), file);
  return {
    name,
    damage,
    share,
    ...(milliseconds !== undefined && { milliseconds }),
    sound: () => Buffer.from(sound()),
    read: (bytes) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      return read(path);
    },
  };
}

const json = (value: unknown): string => JSON.stringify(value);

/** Words and separators exchanged, beside damaged bytes: what spreadsheets and people do to lists. */
const damageText: Damage = (file, random) => {
  if (random.below(3) === 0) return damageBytes(file, random);
  const parts = file.toString('latin1').split(/([;,\n"])/);
  const odd = [
    ';',
    ',',
    '\n',
    '"',
    '',
    '\0',
    '../../x',
    '1e999',
    '-1',
    'label',
    'path',
    '\ufeff',
    '\x1b[2J',
    '/etc',
    'C:\\x',
  ];
  for (let n = 1 + random.below(3); n > 0; n--)
    parts[random.below(parts.length)] = odd[random.below(odd.length)]!;
  return Buffer.from(parts.join(''));
};

const jpeg: Target = {
  name: 'JPEG',
  damage: damageBytes,
  sound: () => Buffer.from(encodeJpeg(testPicture(60, 80), { height: 60, width: 80 })),
  read: (bytes) => {
    const { height, width } = jpegSize(bytes, 'x.jpg');
    if (height * width < 1 << 22) decodeJpeg(bytes, new Uint8Array(height * width * 3), 'x.jpg');
  },
};

const ENCODERS: Readonly<Record<string, readonly string[]>> = {
  mp4: ['-c:v', 'mpeg4'],
  webm: ['-c:v', 'libvpx', '-b:v', '100k'],
  avi: ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
  gif: [],
};

/** Undefined without the program ffmpeg, or where it lacks the encoder. */
function film(kind: string): Buffer | undefined {
  const file = join(folder, `film.${kind}`);
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=32x32:rate=12:duration=0.7'];
  try {
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...ENCODERS[kind]!, file], { stdio: 'ignore' });
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

const videos = Object.keys(ENCODERS).flatMap((kind) => {
  const sound = film(kind);
  if (sound === undefined) return [];
  return [
    inFile(
      kind,
      `a.${kind}`,
      damageBytes,
      () => sound,
      (path) => readClip({ path }, spec),
      0.05,
    ),
  ];
});

const CONFIG = {
  name: 'a',
  model: 'ConvColumnSmall',
  trainFolder: 'clips',
  trainList: 'train.csv',
  schedule: { name: 'plateau', patience: 3 },
  augment: { rotation: 5, scale: [0.9, 1.1] },
  crop: 84,
  epochs: 3,
  lr: 0.01,
};

const STATE = {
  format: 'kinora-checkpoint',
  version: 1,
  config: CONFIG,
  spec,
  progress: {
    epoch: 1,
    batch: 0,
    step: 10,
    sums: { clips: 0, loss: 0, top1: 0, top5: 0 },
    best: { top1: 0.5, loss: 1, epoch: 0 },
  },
  schedule: { name: 'plateau' },
  optimizer: { optimizer: 'sgd', groups: [{ params: 2, lr: 0.1 }], steps: [1] },
  random: { cpu: 'AAAA' },
};

const SCORES = { clips: 9, top1: 0.5, top5: 1, order: null };
const COST = {
  parameters: 10,
  macs: 20,
  trainClipsPerSecond: 3.5,
  latencyMs: 1.5,
  batchSize: 8,
  threads: 2,
  device: 'cpu',
};
const RESULT = { steps: 5, epochs: 1, bestEpoch: 1, validation: SCORES, test: null };
const ROW = { format: 'kinora-compare-row', config: CONFIG, minutes: 1.5, result: RESULT };
const SHARD = {
  bytes: 4096,
  sha256: '0'.repeat(64),
  clips: [[0, 'a', 0, 512, 100, '0'.repeat(16)]],
  bad: [{ place: 1, id: 'b', path: 'clips/b', reason: 'missing' }],
};
const PLAN = { name: 'a', labels, list: '', height: null, quality: 90, clips_per_shard: 2, shuffled: null };

const records: Target[] = [
  inFile(
    'configuration',
    'a.json',
    damageJson,
    () => json(CONFIG),
    (path) => loadConfig(path),
  ),
  inFile(
    'metrics log',
    'metrics.jsonl',
    damageJson,
    () => `${json({ step: 1, loss: 0.5, lr: 0.1 })}\n${json({ step: 2, finished_epoch: 0, top1: 'NaN' })}\n`,
    readMetrics,
  ),
  inFile(
    'kernels log',
    'kernels.jsonl',
    damageJson,
    () => `${json({ step: 1, finished_epoch: 0, name: 'a', shape: '1,1,1,1,2', float32: 'AAAAAAAAAAA=' })}\n`,
    readKernels,
  ),
  inFile(
    'mirror',
    'mirror.json',
    damageJson,
    () => json({ url: 'http://a/b', block: 4096, limit: 1e9, timeout: 1000, sizes: { 'a.tar': 99 } }),
    mirrorReader(),
  ),
  inFile(
    'rows of a comparison',
    'rows.json',
    damageJson,
    () => json([{ name: 'a', model: 'b', seed: 1, cost: COST, result: RESULT }]),
    (path) => readComparison(dirname(path)),
  ),
  inFile(
    'row of a comparison',
    'compare.json',
    damageJson,
    () => json(ROW),
    (path) => readRecord(path, schemaOf(rowKind)),
  ),
  inFile(
    'costs of a comparison',
    'costs.json',
    damageJson,
    () => json({ 'a 18x84x84': COST }),
    (path) => new CostCache(dirname(path), 'cpu', false, 0),
  ),
  inFile(
    'state of a checkpoint',
    'checkpoint.json',
    damageJson,
    () => json(STATE),
    (path) => readState(dirname(path)),
  ),
  inFile(
    'record of a shard',
    '.a.packing/000000.json',
    damageJson,
    () => json(SHARD),
    (path) => new ShardRecords(dirname(dirname(path)), PLAN).find(0),
  ),
  {
    name: 'spec',
    damage: damageJson,
    sound: () => Buffer.from(json(spec)),
    read: (bytes) => parseSpec(jsonOr(bytes.toString())),
  },
];
/** Every file of its own, because mirrors are remembered. */
function mirrorReader(): (path: string) => unknown {
  let number = 0;
  return (path) => {
    const own = join(folder, 'mirrors', `${number++}`);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'mirror.json'), readFileSync(path));
    try {
      return mirrorOf(join(own, 'a.tar'));
    } finally {
      rmSync(own, { recursive: true });
    }
  };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const lists: Target[] = [
  inFile('labels', 'labels.csv', damageText, () => `${labels.join('\n')}\n`, readLabels),
  inFile(
    "list of Jester's kind",
    'list.csv',
    damageText,
    () => '1;Swiping Left\n2;Thumb Up\n',
    (path) => readClipList(path, '/data', { labels }),
  ),
  inFile(
    'list',
    'list.csv',
    damageText,
    () => 'path,label,start,end\na,Thumb Up,1,2\n"b,c",Swiping Left,,\n',
    (path) => readClipList(path, '/data'),
  ),
  inFile(
    'subjects',
    'subjects.csv',
    damageText,
    () => 'id,subject\na,1\nb,2\n',
    (path) => peopleOf([{ id: 'a', path: 'a', label: 0 }], path),
  ),
];

/** A pack of two clips; its shard and index are damaged in turn. */
export async function packTargets(): Promise<Target[]> {
  const items = [0, 1].map((label) => {
    const path = join(folder, 'clips', `${label}`);
    writeTestClip(path, 3, 24, 32, label);
    return { id: `${label}`, path, label };
  });
  const out = join(folder, 'pack');
  const settings = {
    height: null,
    quality: 90,
    clipsPerShard: 2,
    workers: 1,
    maxBadFraction: 0,
    shuffled: null,
  };
  const { index } = await packClips({ labels, items, dropped: 0 }, { out, name: 'a', ...settings });
  const shard = join(out, 'a-000000.tar');
  const read = async (list = readPack(index)) => {
    for (const item of list.items) await readClip(item, spec);
  };
  const place = packedPlace(readPack(index).items[0]!.path)!;
  const [sound, tar] = [readFileSync(index), readFileSync(shard)];
  const description = tar.subarray(place.offset, place.offset + place.bytes);
  return [
    {
      name: 'index of a pack',
      damage: damageJson,
      sound: () => sound,
      read: (bytes) => {
        writeFileSync(shard, tar);
        writeFileSync(index, bytes);
        return read();
      },
      share: 0.25,
    },
    {
      name: 'shard of a pack',
      damage: damageBytes,
      sound: () => tar,
      read: (bytes) => {
        writeFileSync(index, sound);
        writeFileSync(shard, bytes);
        return read();
      },
      share: 0.25,
    },
    {
      name: 'description of a packed clip',
      damage: damageJson,
      sound: () => description,
      read: async (bytes) => {
        // With the right checksum, so that its contents are looked at.
        writeFileSync(shard, Buffer.concat([bytes, tar.subarray(place.offset + place.bytes)]));
        const path = `${shard}#0+${bytes.length}:${checksumOf(bytes)}`;
        await readClip({ path }, spec);
      },
      share: 0.25,
    },
  ];
}

const fields = stillFields({ height: 6, width: 8 }, 3);
for (const [i] of fields.data.entries()) fields.data[i] = (i * 37) & 255;

const events = (): Buffer => {
  const place = join(folder, 'sound-events');
  mkdirSync(place, { recursive: true });
  const writer = new EventWriter(place);
  for (let step = 1; step < 20; step++) writer.scalar('loss', 1 / step, step);
  writer.close();
  return readFileSync(join(place, readdirSync(place)[0]!));
};

const npy = (): Buffer => {
  const path = join(folder, 'sound.npy');
  writeNpy(
    path,
    Float32Array.from({ length: 12 }, (_, i) => i),
    [3, 4],
  );
  return readFileSync(path);
};

const binary: Target[] = [
  {
    name: 'cached flow',
    damage: damageBytes,
    sound: () => Buffer.from(packFlow(fields, 'signature')),
    read: (bytes) => unpackFlow(bytes, 'signature', [0, 1, 2, 3]),
  },
  {
    name: "cached flow's header",
    damage: damageJson,
    sound: () => Buffer.from(packFlow(fields, 'signature')),
    read: (bytes) => unpackFlow(bytes, 'signature', [0, 1, 2, 3]),
  },
  inFile('npy', 'a.npy', damageBytes, npy, readNpy),
  inFile('TensorBoard events', 'events.out.tfevents.1.a.1', damageBytes, events, (path) =>
    planEventsCut(dirname(path), 10),
  ),
];

/** Weights that are not those of the network that the file names are compared with every network. */
const SLOW = 30_000;

/** A model with its spec in the metadata: the whole file, and its header, whose length is kept. */
function models(): Target[] {
  const path = join(folder, 'sound.safetensors');
  const network = findNetwork('SingleFrameSmall').build(2, [2, 16, 16]);
  const metadata = { format: 'pt', model: 'SingleFrameSmall', spec: json(spec) };
  serialize.saveSafetensors(path, network.stateDict(), metadata);
  network.dispose();
  const sound = readFileSync(path);
  const end = 8 + Number(sound.readBigUInt64LE(0));
  const withHeader: Damage = (file, random) => {
    const header = damageJson(Buffer.from(file.subarray(8, end)), random);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([length, header, file.subarray(end)]);
  };
  const read = (file: string) => openModel(file).network.dispose();
  return [
    inFile('safetensors', 'model.safetensors', damageBytes, () => sound, read, 0.1, SLOW),
    inFile("safetensors' header", 'model.safetensors', withHeader, () => sound, read, 0.1, SLOW),
  ];
}

export const targets: Target[] = [jpeg, ...videos, ...lists, ...records, ...binary, ...models()];
