import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeJpeg } from '../../packages/kinora/dist/data/decode/jpeg.js';
import { writeNpy } from '../../packages/kinora/dist/files/npy.js';
import {
  type Answer,
  call,
  type Operation,
  type Request,
} from '../../packages/kinora/dist/serve/workbench/api/client.js';
import { writeY4m } from './camera.js';
import { type Engine, gesture, startEngine } from './engine.js';
import { faults } from './faults.js';
import { cameraFlags, noBrowser, openBrowser, PATIENCE, useCamera, visit } from './visit.js';

const MANY = 10_000;

describe.skipIf(noBrowser !== undefined)(`rooms with an engine${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let engine: Engine;
  let browser: Browser;
  beforeAll(async () => {
    engine = await startEngine(writeClips);
    browser = await openBrowser(...cameraFlags(film()));
  }, 20 * 60_000);
  afterAll(async () => {
    await browser?.close();
    await engine?.close();
  });
  const film = () => join(engine.scratch, 'camera.y4m');
  const open = async (room: string) => {
    const opened = await visit(browser, engine.link, { calm: true });
    await opened.page.getByRole('button', { name: /gestures/ }).click();
    await opened.page.getByRole('group', { name: 'Project' }).waitFor();
    await opened.page.goto(`${new URL(engine.link).origin}/#/${room}`);
    // Never idle: the server's events stay open.
    await opened.page.locator('h1', { hasText: titleOf(room) }).waitFor();
    return opened;
  };

  it('refuses a page without the token', async () => {
    const { page, close } = await visit(browser, `${new URL(engine.link).origin}/#/data`);
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('kinora studio');
    await close();
  });

  it('renames, moves and removes clips by keyboard, and undoes it', async () => {
    const { page, complaints, close } = await open('data/clips');
    const grid = page.getByRole('listbox', { name: 'Clips' });
    const names = () =>
      grid.getByRole('option').evaluateAll((all) => all.map((one) => one.ariaLabel?.split(',')[0]));
    await expect.poll(names).toEqual(['anna-1', 'ben-1', 'anna-1', 'ben-1']);
    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('Delete');
    await expect.poll(names).toEqual(['anna-1', 'ben-1']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await names()).length).toBe(4);
    await grid.focus();
    await page.keyboard.press('Home');
    await page.getByRole('combobox', { name: 'Move to class' }).selectOption('wave');
    await page.getByRole('button', { name: /^wave 3/ }).click();
    await expect.poll(async () => (await names()).length).toBe(3);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: /^wave 2/ }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it('scrolls through ten thousand clips with a screenful of elements', async () => {
    const { page, complaints, close } = await open('data/split');
    await multiplyClips(page);
    await page.goto(`${new URL(engine.link).origin}/#/data/clips`);
    await page.reload();
    const options = page.getByRole('listbox', { name: 'Clips' }).getByRole('option');
    await options.first().waitFor();
    expect(await options.first().getAttribute('aria-setsize')).toBe(String(MANY));
    const most = await page.evaluate(async () => {
      const grid = document.querySelector('[role=listbox]')!;
      let most = 0;
      for (let part = 0; part <= 20; part++) {
        grid.scrollTop = (grid.scrollHeight * part) / 20;
        await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        most = Math.max(most, grid.querySelectorAll('[role=option]').length);
      }
      return most;
    });
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(150);
    await page.getByRole('listbox', { name: 'Clips' }).focus();
    await page.keyboard.press('End');
    await expect.poll(() => options.last().getAttribute('aria-posinset')).toBe(String(MANY));
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(['data/clips', 'data/record', 'data/cut', 'data/health', 'data/split', 'train', 'evaluate', 'use'])(
    '%s fits a phone and a desktop, dark and light, and passes axe',
    async (room) => {
      const { page, complaints, close } = await open(room);
      await fitsEverywhere(page);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it('shows the recipe for the network that a training starts from', async () => {
    const { page, complaints, close } = await open('train');
    const training = page.getByRole('region', { name: 'New training' });
    const reason = (key: string) =>
      training.locator('dl div').filter({ has: page.locator(`code:text-is("${key}")`) });
    await reason('model').getByText('ConvColumnSmall').waitFor();
    await training.getByRole('combobox', { name: 'Start from' }).selectOption('@kinora/gestures');
    await reason('model').getByText('ConvColumnTiny').waitFor();
    await reason('initFrom').getByText('comes with Kinora').waitFor();
    await training.getByText('The same as JSON and on the command line').click();
    expect(await training.locator('pre').last().innerText()).toContain('"initFrom": "@kinora/gestures"');
    expect(complaints).toEqual([]);
    await close();
  });

  it('queues searches for settings, and takes over what they found', async () => {
    const { page, complaints, close } = await open('train');
    writeSearches(engine.project);
    await page.reload();
    const found = page.getByRole('region', { name: 'Found settings' });
    await found.getByText('falls fastest at a learning rate of 0.0012').waitFor();
    const training = page.getByRole('region', { name: 'New training' });
    const lr = training.locator('dl div').filter({ has: page.locator('code:text-is("lr")') });
    await found.getByRole('button', { name: 'Use it' }).click();
    await lr.getByText('0.0012').waitFor();
    await found.getByRole('combobox', { name: 'Search' }).selectOption('sweep-7');
    await found.getByRole('button', { name: 'Use the settings of trial-2' }).click();
    await lr.getByText('0.004').waitFor();
    await training.getByText('augment {"rotation":3').waitFor();
    expect(await faults(page)).toEqual([]);

    await training.getByText('Let the computer look for settings').click();
    expect(await training.getByRole('button', { name: 'Search settings' }).isDisabled()).toBe(true);
    const queue = page.getByRole('region', { name: 'Queue' }).getByRole('listitem');
    await training.getByRole('button', { name: 'Find a learning rate' }).click();
    await queue.filter({ hasText: 'Find a learning rate' }).getByText('Command and output').click();
    await queue.getByText(/^kinora lr-find --config trainings\/lr-find-\d\/config.json --out/).waitFor();
    await queue.getByText('"lr": 0.004').waitFor();
    expect(complaints).toEqual([]);
    await close();
    await stopAll(apiOf(engine));
  });

  describe('with two evaluated runs', () => {
    /** The clip that `second` gets wrong, and the class that it takes it for. */
    let wrong: string;
    let answer: string;
    beforeAll(async () => {
      const api = apiOf(engine);
      await api('changeSplit', { body: { leaveOut: 'ben' } });
      for (const [run, lr] of [
        ['first', 0.001],
        ['second', 0.002],
      ] as const) {
        await finish(api, { kind: 'train', run, settings: { ...TINY, lr } });
        await finish(api, { kind: 'evaluate', run });
      }
      const { clips, labels: names } = await api('getEvaluation', { run: 'first' });
      const labels = clips.map(({ label }) => label);
      writeAnswers(engine.project, 'first', labels);
      writeAnswers(engine.project, 'second', [labels[0]!, 1 - labels[1]!]);
      wrong = clips[1]!.id;
      answer = names[1 - labels[1]!]!;
    }, 20 * 60_000);

    it('compares two runs, and opens a clip on which they disagree by one click', async () => {
      const { page, complaints, close } = await open('evaluate/first');
      await page.getByRole('combobox', { name: 'Compare with' }).selectOption('second');
      await page
        .getByRole('region', { name: 'Figures', exact: true })
        .getByText('Top-1 of second is 50.0 points lower')
        .waitFor();
      const settings = page.getByRole('region', { name: 'Different settings' }).locator('tbody tr');
      expect(await settings.allInnerTexts()).toEqual(['lr\t0.001\t0.002']);
      const answers = page.getByRole('region', { name: 'Different answers' });
      await answers.getByText('Only first is right').waitFor();
      await fitsEverywhere(page);
      expect(complaints).toEqual([]);
      // It asks for the file to play, which a clip of frames does not have.
      await answers.getByRole('button', { name: `Watch ${wrong}` }).click();
      await page.getByRole('dialog', { name: wrong }).getByText('A network takes it for').waitFor();
      await close();
    });

    it('queues a search with its ranges', async () => {
      const { page, complaints, close } = await open('train');
      const training = page.getByRole('region', { name: 'New training' });
      await training.getByText('Let the computer look for settings').click();
      await training.getByRole('spinbutton', { name: 'Lowest lr' }).fill('0.002');
      await training.getByRole('checkbox', { name: 'weightDecay' }).uncheck();
      await training.getByRole('combobox', { name: 'Train to the end' }).selectOption('every trial');
      await training.getByText('as long as 9 trainings').waitFor();
      await training.getByRole('button', { name: 'Search settings' }).click();
      const queued = page
        .getByRole('region', { name: 'Queue' })
        .getByRole('listitem')
        .filter({ hasText: 'Search' });
      await queued.getByText('Command and output').click();
      await queued.getByText(/^kinora sweep trainings.* --trials 9 --method random --out/).waitFor();
      const space = queued.locator('pre').filter({ hasText: '"log"' });
      expect(JSON.parse(await space.innerText())).toEqual({
        lr: { log: [0.002, 0.009] },
        labelSmoothing: { lin: [0, 0.2] },
      });
      expect(await faults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
      await stopAll(apiOf(engine));
    });

    it('sorts clips by loss and by confidence', async () => {
      const { page, complaints, close } = await open('data/clips');
      const first = page.getByRole('listbox', { name: 'Clips' }).getByRole('option').first();
      await page.getByRole('radio', { name: 'Nothing' }).check({ force: true });
      await page.getByRole('combobox', { name: 'Sort by' }).selectOption('highest loss');
      await page.getByText(/^Judged by second, which has been evaluated on 2 of/).waitFor();
      // Logits of 2 and 0.
      await expect.poll(() => first.innerText()).toContain(`${answer} 88`);
      expect(await faults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await first.dblclick();
      await page.getByRole('dialog', { name: wrong }).getByText(`A network takes it for ${answer}`).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('combobox', { name: 'Sort by' }).selectOption('least confident');
      await expect.poll(() => first.innerText()).toContain('88');
      await close();
    });
  });

  it('keeps what was recorded when the camera is pulled, and says so', async () => {
    writeY4m(film(), [gesture('Stop Sign', 0, 0)]);
    const { page, complaints, close } = await open('data/record');
    await useCamera(page);
    await page.getByRole('radio', { name: /swipe/ }).check({ force: true });
    await page.getByRole('combobox', { name: 'Person in front of the camera' }).fill('cleo');
    await page.getByRole('radio', { name: 'A series' }).check({ force: true });
    await page.getByRole('slider', { name: 'Pause between' }).fill('1');
    await page.getByRole('button', { name: 'Start the series' }).click();
    const taken = page.getByRole('list', { name: 'Recorded now' }).getByRole('listitem');
    await expect.poll(() => taken.count(), { timeout: PATIENCE }).toBeGreaterThan(0);
    await page.locator('.recording').waitFor();
    const saved = readdirSync(join(engine.project, 'clips', 'swipe')).filter((name) =>
      name.startsWith('cleo'),
    );
    await page.evaluate(() => {
      const stream = document.querySelector('video')!.srcObject as MediaStream;
      // What a browser does when the device is gone.
      for (const track of stream.getVideoTracks()) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    });
    await page.getByText('this take was not saved, the earlier ones were').waitFor();
    expect(await page.getByRole('button', { name: 'Start the series' }).isDisabled()).toBe(true);
    const left = readdirSync(join(engine.project, 'clips', 'swipe'));
    for (const name of saved) expect(left).toContain(name);
    expect(saved.length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await close();
  });
});

/** A network that trains within a second, on a clip of each class. */
const TINY = {
  ...{ model: 'SingleFrameSmall', frames: 1, stride: 1, batchSize: 2, threads: 1, workers: 0 },
  ...{ crop: { height: 42, width: 42 }, resize: { rule: 'height', height: 48 }, augment: {} },
  ...{ epochs: 1, patience: null },
};

const titleOf = (room: string): RegExp => new RegExp(`^${room.split('/')[0]}$`, 'i');

/** The API of the engine's project, as its page calls it. */
const apiOf = ({ link }: Engine) => {
  const { origin, searchParams } = new URL(link);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  return async <Name extends Operation>(
    name: Name,
    request: Omit<Request<Name>, 'project'>,
  ): Promise<Answer<Name>> => {
    const { projects } = await call('listProjects', {}, { base: origin, headers });
    const whole = { project: projects[0]!.id, ...request } as unknown as Request<Name>;
    return call(name, whole, { base: origin, headers });
  };
};

async function finish(api: ReturnType<typeof apiOf>, body: Request<'addJob'>['body']): Promise<void> {
  const { id } = await api('addJob', { body });
  // Outside of a test, where expect.poll is not allowed.
  await vi.waitFor(async () => expect((await api('getJob', { job: id })).state).toBe('done'), {
    timeout: PATIENCE,
    interval: 200,
  });
}

/** Ends the jobs that have not ended: their processes would outlive the suite. One that is starting cannot be stopped yet. */
const stopAll = (api: ReturnType<typeof apiOf>): Promise<void> =>
  vi.waitFor(
    async () => {
      const active = (await api('listJobs', {})).filter(({ state }) => /queued|running|stopping/.test(state));
      for (const { id } of active) await api('stopJob', { job: id }).catch(() => undefined);
      expect(active).toEqual([]);
    },
    { timeout: PATIENCE, interval: 500 },
  );

/** Replaces what an evaluation of two classes has stored by known answers. */
const writeAnswers = (project: string, run: string, answers: readonly number[]): void =>
  writeNpy(
    join(project, 'runs', run, 'report', 'logits.npy'),
    Float32Array.from(answers.flatMap((answer) => (answer === 0 ? [2, 0] : [0, 2]))),
    [answers.length, 2],
  );

/** What `kinora lr-find` and `kinora sweep` leave. */
function writeSearches(project: string): void {
  const save = (folder: string, file: string, content: unknown): void => {
    mkdirSync(join(project, 'runs', folder), { recursive: true });
    writeFileSync(join(project, 'runs', folder, file), JSON.stringify(content));
  };
  const trial = (name: string, point: unknown, top1: number) => ({
    ...{ name, point, minutes: 0.5, error: null },
    rungs: [{ epochs: 9, top1, loss: 1, bestEpoch: 8 }],
  });
  save('sweep-7', 'sweep.json', {
    rungs: [3, 9],
    space: { lr: { log: [0.001, 0.01] }, 'augment.rotation': { lin: [0, 20] } },
    trials: [
      trial('trial-2', { lr: 0.004, 'augment.rotation': 3 }, 0.75),
      trial('trial-1', { lr: 0.002, 'augment.rotation': 9 }, 0.5),
    ],
  });
  const losses = [2, 2, 1.8, 1.2, 1, 3];
  const steps = losses.map((loss, i) => ({ lr: 0.0000121 * 10 ** i, loss, smoothed: loss }));
  const range = { suggested: steps[2]!.lr, lowest: steps[4]!.lr, diverged: false };
  save('lr-find-7', 'lr-find.json', { name: 'lr-find-7', steps, ...range });
}

/** Two people in two classes, as folders of frames, which need no video library. */
function writeClips(project: string): void {
  for (const [label, name] of [
    ['Swiping Left', 'swipe'],
    ['Stop Sign', 'wave'],
  ] as const)
    for (const [p, person] of ['anna', 'ben'].entries()) {
      const clip = gesture(label, p, 0);
      const folder = join(project, 'clips', name, `${person}-1`);
      mkdirSync(folder, { recursive: true });
      const size = clip.height * clip.width * 3;
      for (let t = 0; t < clip.count; t++)
        writeFileSync(
          join(folder, `${String(t + 1).padStart(5, '0')}.jpg`),
          encodeJpeg(clip.data.subarray(t * size, (t + 1) * size), clip),
        );
    }
}

/** Answers the list of clips with the server's own clips, repeated under other names; their pictures are the server's. */
async function multiplyClips(page: Page): Promise<void> {
  await page.route('**/clips?*', async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as { clips: { id: string }[] };
    const clips = Array.from({ length: MANY }, (_, i) => {
      const clip = list.clips[i % list.clips.length]!;
      return { ...clip, id: `${clip.id}@${i}` };
    });
    await route.fulfill({ response, json: { ...list, clips, total: MANY } });
  });
  await page.route('**/clips/strip?*', (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('clip', url.searchParams.get('clip')!.replace(/@\d+$/, ''));
    return route.continue({ url: String(url) });
  });
}

/** On a phone and a desktop, dark and light, nothing is wider than the page and axe finds no fault. */
async function fitsEverywhere(page: Page): Promise<void> {
  for (const [width, colorScheme] of [
    [390, 'dark'],
    [1280, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBe(width);
    expect(await faults(page), `at ${width}`).toEqual([]);
  }
}
