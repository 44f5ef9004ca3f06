/** The API on a project of rendered clips: what it answers fits its contract, and the files are what it says. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { openClip } from '../../data/open.js';
import { GESTURES } from '../../run/packaged.js';
import { CONTRACT, isBytes } from './api/contract.js';
import type { Operation } from './api/paths.js';
import { av, CLASSES, TestBench } from './bench.test.util.js';

const bench = new TestBench();
beforeAll(() => bench.start());
afterAll(async () => {
  await bench.stop();
  bench.remove();
});

/** Calls an operation, and checks its answer by the contract. */
async function ask<Name extends Operation>(name: Name, request: Parameters<typeof bench.call<Name>>[1]) {
  const answer = await bench.call(name, request);
  const schema = CONTRACT[name].answer as z.ZodType;
  if (!isBytes(schema)) expect(schema.safeParse(answer).error?.message).toBeUndefined();
  return answer;
}

const clipsOf = async (query = {}) => (await ask('listClips', { query })).clips;
const idsOf = async (query = {}) => (await clipsOf(query)).map(({ id }) => id);
const EXTENSION = av === undefined ? '' : '.mp4';
const at = (...names: string[]) => join(bench.project, ...names);

test('a folder with class folders becomes a project', async () => {
  const project = await ask('getProject', {});
  expect(project).toMatchObject({
    name: 'gestures',
    layout: 'folders',
    editable: true,
    clipsFolder: 'clips',
    clips: 18,
  });
  expect(project.classes.map(({ name, clips, people }) => [name, clips, people])).toEqual(
    [...CLASSES].sort().map((name) => [name, 6, 3]),
  );
  expect(JSON.parse(readFileSync(at('project.json'), 'utf8'))).toMatchObject({ format: 'kinora-project' });
  const { projects } = await ask('listProjects', {});
  expect(projects[0]).toMatchObject({ id: bench.id, folder: project.folder });
});

test('clips are listed with what their files hold', async () => {
  await expect.poll(async () => (await ask('listClips', { query: {} })).reading).toBe(0);
  const clips = await clipsOf();
  expect(clips).toHaveLength(18);
  for (const clip of clips) {
    expect(clip.problem).toBeNull();
    expect(clip.frames).toBe((await openClip(at('clips', clip.id))).count);
    expect(clip.height).toBe(48);
  }
  expect(await idsOf({ class: 'Stop Sign', person: 'ben' })).toEqual([
    `Stop Sign/ben-1${EXTENSION}`,
    `Stop Sign/ben-2${EXTENSION}`,
  ]);
  expect(await idsOf({ search: 'CLEO-2', sort: 'seconds' })).toHaveLength(3);
  const { clips: page, total } = await ask('listClips', {
    query: { offset: 4, limit: 3, order: 'descending' },
  });
  expect([page.length, total]).toEqual([3, 18]);
});

test('an index that lies is made again', async () => {
  const [clip] = await clipsOf({ class: 'Stop Sign' });
  await bench.stop();
  writeFileSync(at('.kinora', 'facts.json'), '{"version":1,"files":{"clips/Stop Sign');
  await bench.start();
  await expect.poll(async () => (await clipsOf({ class: 'Stop Sign' }))[0]?.frames).toBe(clip!.frames);
});

test('pictures: a strip is as wide as its frames, a frame is a JPEG', async () => {
  const [clip] = await clipsOf();
  const size = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    const { jpegSize } = await import('../../data/decode/jpeg.js');
    return jpegSize(new Uint8Array(await response.arrayBuffer()), 'answer');
  };
  const strip = await size(
    await bench.call('clipStrip', { query: { clip: clip!.id, frames: 5, height: 24 } }),
  );
  expect(strip.height).toBe(24);
  expect(strip.width).toBe(5 * Math.round((clip!.width! * 24) / clip!.height!));
  expect(await size(await bench.call('clipFrame', { query: { clip: clip!.id, at: 1 } }))).toEqual({
    height: clip!.height,
    width: clip!.width,
  });
});

test.skipIf(av === undefined)('videos are sent whole and in ranges', async () => {
  const [clip] = await clipsOf();
  const bytes = readFileSync(at('clips', clip!.id));
  const get = (range?: string) =>
    fetch(`${bench.server.url}api/projects/${bench.id}/clips/file?clip=${encodeURIComponent(clip!.id)}`, {
      headers: { ...bench.headers, ...(range && { range }) },
    });
  expect(Buffer.from(await (await get()).arrayBuffer()).equals(bytes)).toBe(true);
  const part = await get('bytes=10-19');
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
  expect((await get('bytes=-5')).headers.get('content-length')).toBe('5');
  expect((await get(`bytes=${bytes.length}-`)).status).toBe(416);
});

test('a project can be closed while its clips are being read', async () => {
  await bench.stop();
  rmSync(at('.kinora', 'facts.json'), { force: true });
  await bench.start();
  expect((await ask('listClips', { query: {} })).reading).toBeGreaterThan(0);
  await bench.stop();
  await bench.start();
  await expect.poll(async () => (await ask('listClips', { query: {} })).reading).toBe(0);
});

describe('splits', () => {
  test('nobody is in both lists, and each person can be moved', async () => {
    const split = await ask('changeSplit', { body: { validation: 0.3, seed: 1 } });
    expect(split).toMatchObject({ written: true, unlisted: 0, gone: 0 });
    expect(split.people.filter(({ part }) => part === 'validation')).toHaveLength(1);
    const alone = await ask('changeSplit', { body: { leaveOut: 'cleo' } });
    expect(alone.people.map(({ name, part }) => `${name} ${part}`)).toEqual([
      'anna train',
      'ben train',
      'cleo validation',
    ]);
    const lines = readFileSync(at('validation.csv'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines.slice(1).every((line) => line.includes('/cleo-'))).toBe(true);
    await expect(ask('changeSplit', { body: { leaveOut: 'dora' } })).rejects.toThrow(
      'expected one of anna, ben, cleo',
    );
  });
});

describe('changes', () => {
  test('moved clips take free numbers, keep their list, and go back', async () => {
    const before = await idsOf();
    const lists = readFileSync(at('train.csv'), 'utf8');
    const one = `Stop Sign/anna-1${EXTENSION}`;
    const change = await ask('moveClips', { body: { clips: [one], class: 'Swiping Left' } });
    expect(change.clips).toEqual([{ from: one, to: `Swiping Left/anna-3${EXTENSION}` }]);
    expect(readFileSync(at('train.csv'), 'utf8')).toContain('Swiping Left/anna-3');
    expect(existsSync(at('clips', one))).toBe(false);
    await ask('undoChange', { change: change.id });
    expect(await idsOf()).toEqual(before);
    expect(readFileSync(at('train.csv'), 'utf8')).toBe(lists);
  });

  test('removed clips come back, under another name where theirs is taken', async () => {
    const one = `Stop Sign/ben-2${EXTENSION}`;
    const change = await ask('removeClips', { body: { clips: [one] } });
    expect(await idsOf({ person: 'ben', class: 'Stop Sign' })).toEqual([`Stop Sign/ben-1${EXTENSION}`]);
    expect((await ask('listChanges', {}))[0]).toMatchObject({ id: change.id, kind: 'remove' });
    if (av !== undefined) copyFileSync(at('clips', `Stop Sign/ben-1${EXTENSION}`), at('clips', one));
    await ask('undoChange', { change: change.id });
    const back = await idsOf({ person: 'ben', class: 'Stop Sign' });
    expect(back).toHaveLength(av === undefined ? 2 : 3);
    if (av !== undefined) await ask('removeClips', { body: { clips: [one] } });
  });

  test('changes within a second are undone in their order', async () => {
    const before = await idsOf();
    const removed = before.slice(0, 6);
    for (const one of removed) await ask('removeClips', { body: { clips: [one] } });
    for (const one of [...removed].reverse()) {
      const [latest] = await ask('listChanges', {});
      expect(latest!.clips).toEqual([{ from: one, to: null }]);
      await ask('undoChange', { change: latest!.id });
    }
    expect(await idsOf()).toEqual(before);
  });

  test('a class is renamed with its clips and lines, and removed with an undo', async () => {
    await ask('addClass', { body: { name: 'Nothing' } });
    await expect(ask('addClass', { body: { name: 'Nothing' } })).rejects.toMatchObject({ status: 409 });
    const renamed = await ask('renameClass', { class: 'Stop Sign', body: { name: 'Halt' } });
    expect(readFileSync(at('labels.csv'), 'utf8')).toContain('Halt');
    expect(readFileSync(at('train.csv'), 'utf8')).not.toContain('Stop Sign');
    await ask('undoChange', { change: renamed.id });
    expect(readFileSync(at('train.csv'), 'utf8')).toContain('Stop Sign');
    const removed = await ask('removeClass', { class: 'Nothing' });
    expect(existsSync(at('clips', 'Nothing'))).toBe(false);
    await ask('undoChange', { change: removed.id });
    await ask('removeClass', { class: 'Nothing' });
  });

  test('a trimmed clip has the frames of the part, and the whole comes back', async () => {
    const [clip] = await clipsOf({ class: 'Swiping Left', person: 'anna' });
    const { id } = await ask('trimClip', { body: { clip: clip!.id, start: 0.5, end: 1.5 } });
    const now = await clipsOf({ class: 'Swiping Left', person: 'anna' });
    const made = now.find((one) => !one.id.endsWith('-2.mp4') && !one.id.endsWith('-2'))!;
    expect((await openClip(at('clips', made.id))).count).toBe(12);
    await ask('undoChange', { change: id });
    expect(await idsOf({ class: 'Swiping Left', person: 'anna' })).toContain(clip!.id);
  });
});

describe('uploads', () => {
  const frames = async (count: number): Promise<FormData> => {
    const response = await bench.call('clipFrame', { query: { clip: (await idsOf())[0]! } });
    const bytes = await response.arrayBuffer();
    const form = new FormData();
    for (let n = 0; n < count; n++) form.append('frame', new Blob([bytes], { type: 'image/jpeg' }));
    return form;
  };

  test('frames become a clip of their person, which joins the lists', async () => {
    const clip = await ask('addClip', {
      query: { class: 'Stop Sign', person: 'anna' },
      body: await frames(9),
    });
    expect(clip).toMatchObject({
      id: 'Stop Sign/anna-3',
      person: 'anna',
      part: 'train',
      frames: 9,
      problem: null,
    });
    expect(readdirSync(at('clips', clip.id))).toHaveLength(9);
    await ask('removeClips', { body: { clips: [clip.id] } });
  });

  test.skipIf(av === undefined)(
    'a video becomes a clip, and one that cannot be read leaves nothing',
    async () => {
      const source = readFileSync(at('clips', `Swiping Left/ben-1${EXTENSION}`));
      const body = new Blob([source], { type: 'video/mp4' });
      const clip = await ask('addClip', { query: { class: 'Swiping Left', person: 'ben' }, body });
      expect(clip.id).toBe('Swiping Left/ben-3.mp4');
      await ask('removeClips', { body: { clips: [clip.id] } });
      const broken = new Blob([source.subarray(0, 400)], { type: 'video/mp4' });
      await expect(ask('addClip', { query: { class: 'Swiping Left' }, body: broken })).rejects.toThrow(
        /^upload: expected/,
      );
      const text = new Blob(['hello'], { type: 'text/plain' });
      await expect(ask('addClip', { query: { class: 'Swiping Left' }, body: text })).rejects.toMatchObject({
        status: 415,
      });
      expect(readdirSync(at('.kinora', 'incoming'))).toEqual([]);
    },
  );

  test.skipIf(av === undefined)('a recording is cut at its events', async () => {
    const body = new Blob([readFileSync(at('clips', `Swiping Left/ben-1${EXTENSION}`))], {
      type: 'video/mp4',
    });
    const recording = await ask('addRecording', { query: { person: 'ben' }, body });
    expect(recording).toMatchObject({ id: 'ben-1.mp4', person: 'ben', events: [] });
    const events = [
      { class: 'Stop Sign', start: 1, end: 1.5 },
      { class: 'Swiping Left', start: 0, end: 0.75 },
    ];
    const saved = await ask('saveEvents', { body: { recording: recording.id, events } });
    expect(saved.events.map(({ start }) => start)).toEqual([0, 1]);
    expect(readFileSync(at('recordings', 'events.csv'), 'utf8')).toContain('ben-1.mp4,Stop Sign,1,1.5,ben');
    const overlap = [...events, { class: 'Stop Sign', start: 0.5, end: 1.2 }];
    await expect(ask('saveEvents', { body: { recording: recording.id, events: overlap } })).rejects.toThrow(
      'starts after',
    );
    const { clips } = await ask('cutRecording', { body: { recording: recording.id, events } });
    expect(clips.map(({ class: name, frames }) => [name, frames])).toEqual([
      ['Stop Sign', 6],
      ['Swiping Left', 9],
    ]);
    await ask('removeClips', { body: { clips: clips.map(({ id }) => id) } });
  });
});

describe('other programs', () => {
  test('files that come, go and break under the server are seen', async () => {
    const { revision } = await ask('listClips', { query: {} });
    const taken = at('clips', `Swiping Right/anna-1${EXTENSION}`);
    const kept = join(bench.folder, `kept${EXTENSION}`);
    renameSync(taken, kept);
    await expect.poll(async () => (await ask('listClips', { query: {} })).revision).not.toBe(revision);
    expect(await idsOf()).not.toContain(`Swiping Right/anna-1${EXTENSION}`);
    expect((await ask('getSplit', {})).gone).toBe(1);
    expect(
      (await ask('getHealth', {})).findings.some(({ message }) => message.includes('no longer there')),
    ).toBe(true);
    await expect(
      bench.call('clipFile', { query: { clip: `Swiping Right/anna-1${EXTENSION}` } }),
    ).rejects.toMatchObject({ status: 404 });
    renameSync(kept, taken);
    mkdirSync(at('clips', 'Broken'));
    writeFileSync(at('clips', 'Broken', 'anna-1.mp4'), '');
    await expect.poll(() => idsOf({ problem: 'true' })).toEqual(['Broken/anna-1.mp4']);
    const { findings } = await ask('getHealth', {});
    expect(findings[0]).toMatchObject({
      kind: 'broken',
      severity: 'error',
      repair: { operation: 'removeClips' },
    });
    rmSync(at('clips', 'Broken'), { recursive: true });
  });

  test('links that lead out of the project are not followed', async () => {
    writeFileSync(join(bench.folder, 'secret.mp4'), 'secret');
    symlinkSync(join(bench.folder, 'secret.mp4'), at('clips', 'Stop Sign', 'link-1.mp4'));
    symlinkSync(bench.folder, at('clips', 'Out'));
    expect(await idsOf({ search: 'link' })).toEqual([]);
    expect((await ask('getProject', {})).classes.map(({ name }) => name)).not.toContain('Out');
    rmSync(at('clips', 'Out'));
    rmSync(at('clips', 'Stop Sign', 'link-1.mp4'));
  });

  test('a second server is refused while this one has the project', async () => {
    const { Workbench } = await import('./opened/workbench.js');
    const second = new Workbench({ home: bench.folder, recent: join(bench.folder, 'other.json') });
    await expect(second.openFolder(bench.project)).rejects.toMatchObject({ code: 'project/locked' });
  });
});

test('the recipe is a configuration, and a training keeps the lists that it began with', async () => {
  const { reasons, settings } = await ask('getRecipe', {});
  expect(reasons.map(({ key }) => key)).toEqual(Object.keys(settings));
  await expect(
    ask('addJob', { body: { kind: 'train', run: 'x', settings: { outputDir: '/tmp' } } }),
  ).rejects.toThrow('a key that names no file');
  await expect(ask('addJob', { body: { kind: 'train', run: 'x', settings: { lrate: 1 } } })).rejects.toThrow(
    'lrate',
  );
  await expect(ask('addJob', { body: { kind: 'evaluate', run: '../..' } })).rejects.toMatchObject({
    status: 400,
  });
  expect(existsSync(at('trainings', 'x'))).toBe(false);
  const { networks, groups } = await ask('getSettings', {});
  expect([networks.length > 10, groups.length]).toEqual([true, 5]);
});

test('a recipe that starts from the network of @kinora/gestures takes its network and its preprocessing', async () => {
  const own = await ask('getRecipe', {});
  const { reasons, settings } = await ask('getRecipe', { query: { initFrom: GESTURES } });
  expect(reasons.map(({ key }) => key)).toEqual(Object.keys(settings));
  expect(settings).toMatchObject({
    ...{ initFrom: GESTURES, model: 'ConvColumnTiny', pad: 'zeros' },
    ...{ resize: { rule: 'height', height: 50 }, crop: { height: 42, width: 42 } },
  });
  expect(settings).toMatchObject({ epochs: own.settings.epochs!, augment: own.settings.augment! });
  expect(own.settings).not.toHaveProperty('initFrom');
  await expect(ask('getRecipe', { query: { initFrom: 'nowhere' } })).rejects.toMatchObject({ status: 404 });
  for (const initFrom of ['../..', '/etc', '@kinora/other'])
    await expect(ask('getRecipe', { query: { initFrom } })).rejects.toMatchObject({ status: 400 });
});

test('the description of the API has every operation', async () => {
  const response = await fetch(`${bench.server.url}api/openapi.json`, { headers: bench.headers });
  const { paths } = (await response.json()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const found = Object.values(paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(found.sort()).toEqual(Object.keys(CONTRACT).sort());
});
