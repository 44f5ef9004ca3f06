/**
 * Left is the performer's left in every room with a camera, for networks of both kinds: by what reaches the network, and by
 * what is stored. Nothing is trained for it, so that the answers are no question of how well.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClip } from '../../packages/kinora/dist/data/open.js';
import { exportModel, trainRun } from '../../packages/kinora/dist/index.js';
import { type StaticServer, serveFolder } from '../../packages/kinora/dist/serve/static-server.js';
import { noFfmpeg, writeWebm, writeY4m } from './camera.js';
import { type Engine, startEngine } from './engine.js';
import { plainServer } from './plain-server.js';
import { brightSide, filmOf, placeOf, SIDE_NETWORK, SIDES, type Side, writeSideNetwork } from './sides.js';
import { HOOK, makeSite, type TestSite } from './site.js';
import { storedRecords } from './teach-store.js';
import { cameraFlags, noBrowser, openPlainBrowser, PATIENCE, useCamera, visit } from './visit.js';

const KINDS = [
  ['as a mirror does', true],
  ['as a camera does', false],
] as const;

const obstacle = noBrowser ?? noFfmpeg;
describe.skipIf(obstacle !== undefined)(`left and right${obstacle ? `: ${obstacle}` : ''}`, () => {
  let site: TestSite;
  let server: StaticServer;
  let engine: Engine;
  let browser: Browser;
  const file = (name: string): string => join(engine.scratch, name);
  const nameOf = (mirrored: boolean): string => (mirrored ? 'mirrored' : 'camera');
  /** Chromium reads the file when the camera opens, so another file is another scene. */
  const show = (side: Side): void => writeY4m(file('camera.y4m'), [filmOf(side)]);
  beforeAll(async () => {
    [site, engine] = await Promise.all([makeSite(), startEngine(writeClips)]);
    server = await serveFolder(site.folder, 0);
    show('Left hand');
    browser = await openPlainBrowser(...cameraFlags(file('camera.y4m')));
    for (const [, mirrored] of KINDS) {
      const name = nameOf(mirrored);
      const weights = writeSideNetwork(engine.scratch, mirrored);
      // A run to stand for the network, which is the one of its ONNX file.
      await trainRun({
        ...{ name, outputDir: join(engine.project, 'runs'), trainFolder: join(engine.project, 'clips') },
        ...{
          model: SIDE_NETWORK,
          frames: 1,
          stride: 1,
          crop: { height: 42, width: 42 },
          maxSteps: 1,
          batchSize: 1,
          workers: 0,
        },
      });
      exportModel(weights, { format: 'onnx', out: join(engine.project, 'runs', name, `${name}.onnx`) });
      exportModel(weights, { format: 'onnx', out: file(`${name}.onnx`) });
      mkdirSync(file(name));
      exportModel(weights, { format: 'page', out: join(file(name), 'index.html') });
    }
  }, HOOK);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await engine?.close();
    site?.remove();
  });

  const inRoom = async (room: string, mirrored: boolean) => {
    const opened = await visit(browser, `${server.url}#/${room}`);
    await opened.page.getByLabel('Model file').setInputFiles(file(`${nameOf(mirrored)}.onnx`));
    await opened.page.getByText(`from ${nameOf(mirrored)}.onnx`).waitFor();
    return opened;
  };
  const inWorkbench = async (room: string) => {
    const opened = await visit(browser, engine.link);
    await opened.page.getByRole('button', { name: /gestures/ }).click();
    await opened.page.getByRole('group', { name: 'Project' }).waitFor();
    await opened.page.goto(`${new URL(engine.link).origin}/#/${room}`);
    return opened;
  };
  const expectLogged = (page: Page, side: Side): Promise<void> =>
    expect
      .poll(() => page.getByRole('list', { name: 'Gesture log' }).getByRole('listitem').first().innerText(), {
        timeout: PATIENCE,
      })
      .toContain(side);
  /** With the camera on: the film of each side, opened afresh. */
  const eachSide = async (page: Page, check: (side: Side) => Promise<void>): Promise<void> => {
    for (const side of SIDES) {
      show(side);
      await useCamera(page);
      await check(side);
      await page
        .getByRole('group', { name: 'Camera or video' })
        .getByRole('button', { name: 'Stop' })
        .click();
    }
  };

  it.each(KINDS)('in Live, for a network whose clips show people %s', async (_, mirrored) => {
    const { page, complaints, close } = await inRoom('live', mirrored);
    await eachSide(page, (side) => expectLogged(page, side));
    // A dropped video is the recording of a camera.
    const video = file(`own-${nameOf(mirrored)}.webm`);
    writeY4m(file('own.y4m'), [filmOf('Left hand')]);
    writeWebm(video, file('own.y4m'));
    await page.getByLabel('Video file').setInputFiles(video);
    // A busy machine, which predicts seldom, sees it at a later pass.
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      video.loop = true;
    });
    await expectLogged(page, 'Left hand');
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(KINDS)('in the takes of Teach, for a network whose clips show people %s', async (_, mirrored) => {
    const { page, complaints, close } = await inRoom('teach', mirrored);
    await page.getByRole('checkbox', { name: /Record the pauses/ }).uncheck();
    const cards = page.getByRole('list', { name: 'Gestures', exact: true }).locator('> li');
    const sides: string[] = [];
    await eachSide(page, async (side) => {
      const card = cards.nth(SIDES.indexOf(side));
      await card.getByRole('button', { name: 'Record 1' }).click();
      await card.getByText('1 take', { exact: true }).waitFor();
      sides.push(placeOf(side, mirrored));
    });
    await expect.poll(async () => (await storedTakes(page)).map(brightSide)).toEqual(sides);
    expect(complaints).toEqual([]);
    await close();
  });

  it('in the clips of Record, which are what the camera delivers', async () => {
    const { page, complaints, close } = await inWorkbench('data/record');
    await page.getByRole('combobox', { name: 'Person in front of the camera' }).waitFor();
    await eachSide(page, async (side) => {
      await page.getByRole('combobox', { name: 'Person in front of the camera' }).fill('cleo');
      await page.getByRole('radio', { name: new RegExp(side) }).check({ force: true });
      await page.getByRole('slider', { name: 'Seconds of a clip' }).fill('1');
      await page.getByRole('button', { name: 'Record', exact: true }).click();
      await expect
        .poll(() => page.getByRole('list', { name: 'Recorded now' }).getByRole('listitem').count(), {
          timeout: PATIENCE,
        })
        .toBe(SIDES.indexOf(side) + 1);
    });
    for (const side of SIDES) {
      const folder = join(engine.project, 'clips', side);
      const [name] = readdirSync(folder).filter((name) => name.startsWith('cleo'));
      const source = await openClip(join(folder, name!));
      expect(brightSide(await source.read([source.count - 1])), side).toBe(placeOf(side, false));
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(KINDS)('in Use, for a network whose clips show people %s', async (_, mirrored) => {
    const { page, complaints, close } = await inWorkbench(`use/${nameOf(mirrored)}`);
    await eachSide(page, (side) => expectLogged(page, side));
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(KINDS)('in an exported page of a network whose clips show people %s', async (_, mirrored) => {
    const host = await plainServer(file(nameOf(mirrored)));
    for (const side of SIDES) {
      show(side);
      const { page, complaints, close } = await visit(browser, host.url);
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await expect.poll(() => page.locator('.label').innerText(), { timeout: PATIENCE }).toContain(side);
      expect(complaints).toEqual([]);
      await close();
    }
    await host.close();
  });
});

/** A class for each side, with a clip each, from a video file where it can be written. */
function writeClips(project: string): void {
  for (const side of SIDES) {
    const folder = join(project, 'clips', side);
    mkdirSync(folder, { recursive: true });
    const film = join(folder, 'anna-1');
    writeY4m(`${film}.y4m`, [filmOf(side)]);
    writeWebm(`${film}.webm`, `${film}.y4m`);
    rmSync(`${film}.y4m`);
  }
}

/** The recordings that are stored, in the order in which they were made. */
const storedTakes = async (page: Page): Promise<{ data: Uint8Array; width: number }[]> =>
  (await storedRecords(page, 'takes')).sort((a, b) => a.made - b.made).map(({ frames }) => frames);
