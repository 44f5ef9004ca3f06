// How fast a page trains: `node bench/page-training.mjs [--model ConvColumnSmall] [--clips 16] [--batch 8] [--rounds 3] [--threads 2]`.
// The published trainer in headless Chromium, from scratch and with all but the last stage frozen, in turns; and how long the
// page and a running recognizer wait. Needs Debian's chromium.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { defaultSpec, exportModel, findNetwork, networkCost } from '../packages/kinora/dist/index.js';
import { buildSite, callInPage, launch } from '../packages/recognizer/dist/chromium.test.util.js';
import { manualSeed, serialize } from '../packages/torch/dist/index.js';
import { flagsOf } from './flags.mjs';

const command = new Command('bench/page-training.mjs')
  .description('Time training steps in headless Chromium.')
  .option('--model <name>', 'network', 'ConvColumnSmall')
  .option('--freeze <patterns...>', 'of the second export', ['conv_layer1', 'conv_layer2', 'conv_layer3'])
  .option('--clips <number>', 'to train on', positiveInt, 16)
  .option('--batch <number>', 'clips of a step', positiveInt, 8)
  .option('--rounds <number>', 'epochs that are timed', positiveInt, 3)
  .option('--threads <number>', 'of WebAssembly', positiveInt, 2);
const { options } = await flagsOf(command);

const SCRIPT = `
import { createRecognizer, createTrainer } from '@kinora/recognizer';
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
window.measuring = async ({ model, inference, clips, batch, rounds, threads }) => {
  const trainer = await createTrainer({ model, threads });
  const { frames, clips: parts, crop } = trainer.info.spec;
  const size = frames * parts * crop.height * crop.width * 3;
  const random = () => Uint8Array.from({ length: size }, () => Math.random() * 256);
  const adding = [];
  for (let i = 0; i < clips; i++) {
    const pixels = random();
    const began = performance.now();
    await trainer.addPrepared(pixels, trainer.info.labels[i % trainer.info.labels.length]);
    adding.push(performance.now() - began);
  }
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  const speeds = [];
  for await (const { epoch, clips, duration } of trainer.fit({ epochs: rounds + 1, batchSize: batch }))
    if (epoch > 1) speeds.push((1000 * clips) / duration);
  observer.disconnect();
  const recognizer = await createRecognizer({ model: inference, backend: 'wasm', threads: 1 });
  const clip = random();
  const alone = [];
  for (let i = 0; i < 10; i++) {
    const began = performance.now();
    await recognizer.predictPrepared(clip);
    alone.push(performance.now() - began);
  }
  const during = [];
  let handed = false;
  const applying = trainer.applyTo(recognizer).then(() => { handed = true; });
  while (!handed) {
    const began = performance.now();
    await recognizer.predictPrepared(clip);
    during.push(performance.now() - began);
  }
  await applying;
  const result = {
    backend: trainer.backend, adding: median(adding), speed: median(speeds), steps: speeds.length,
    blocked: Math.max(0, ...long), alone: median(alone), during: Math.max(...during),
  };
  await recognizer.close();
  await trainer.close();
  return result;
};`;

const folder = mkdtempSync(join(tmpdir(), 'kinora-page-training-'));
const site = await buildSite(SCRIPT);
const browser = await launch();
try {
  const { build, input } = findNetwork(options.model);
  const [frames, height, width] = input;
  const labels = ['one', 'two', 'three', 'four'];
  const spec = { ...defaultSpec(labels), frames, crop: { height, width } };
  manualSeed(1);
  const network = build(labels.length, input);
  const { macs } = networkCost(network, input);
  const weights = join(folder, 'network.safetensors');
  serialize.saveSafetensors(weights, network.stateDict(), {
    model: options.model,
    spec: JSON.stringify(spec),
  });
  network.dispose();
  const kinds = { whole: [], frozen: options.freeze };
  for (const [name, freeze] of Object.entries(kinds))
    exportModel(weights, { format: 'onnx-train', freeze, out: join(folder, `${name}.onnx`) });
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(site.folder, name));
  console.log(`${options.model}, ${frames}x${height}x${width}, batches of ${options.batch}`);
  console.log(
    '| export | clips/s | GFLOP/s of the step | adding a clip | longest task of the page | prediction, alone and during the hand-over |',
  );
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const name of Object.keys(kinds)) {
    const page = await browser.newPage();
    await page.goto(site.address(true));
    await page.waitForFunction(() => 'measuring' in globalThis);
    const { clips, batch, rounds, threads } = options;
    const ask = { model: `${name}.onnx`, inference: `${name}.inference.onnx`, clips, batch, rounds, threads };
    const found = await callInPage(page, 'measuring', ask);
    // Two operations a product, three passes: forward, the gradients of weights and of inputs.
    const rate = name === 'whole' ? ((found.speed * 6 * macs) / 1e9).toFixed(1) : '';
    const ms = (/** @type {number} */ value) => `${Math.round(value)} ms`;
    console.log(
      `| ${name}, ${found.backend.threads} threads | ${found.speed.toFixed(1)} | ${rate} | ${ms(found.adding)} | ${found.blocked === 0 ? 'under 50 ms' : ms(found.blocked)} | ${ms(found.alone)}, ${ms(found.during)} |`,
    );
    await page.close();
  }
} finally {
  await browser.close();
  await site.close();
  rmSync(folder, { recursive: true });
}
