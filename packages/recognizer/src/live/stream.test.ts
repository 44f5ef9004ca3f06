/** The example for Node: raw frames on standard input, in pieces that end in the middle of frames. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { exportTestModel, LABELS, picture } from '../model.test.util.js';
import { createRecognizer } from '../node.js';

const model = exportTestModel();
afterAll(() => model.remove());
const [width, height, rate, count] = [160, 120, 25, 100];
const frame = (t: number): Uint8Array => picture(height, width, t / 2, 1);

test('prints the gestures that the recognizer finds in the same frames', async () => {
  const example = fileURLToPath(new URL('../../example/node/stream.mjs', import.meta.url));
  // In a project of its own, as after npm install.
  const project = join(model.folder, 'project');
  mkdirSync(join(project, 'node_modules', '@kinora'), { recursive: true });
  symlinkSync(
    fileURLToPath(new URL('../..', import.meta.url)),
    join(project, 'node_modules/@kinora/recognizer'),
  );
  writeFileSync(join(project, 'stream.mjs'), readFileSync(example));

  const recognizer = await createRecognizer({ model: model.onnx });
  const expected: string[] = [];
  recognizer.on('gesture', ({ phase, label, score, started }) =>
    expected.push(`${started.toFixed(2)} s: ${label} ${phase} (${score.toFixed(2)})`),
  );
  const frames = Array.from({ length: count }, (_, t) => ({ data: frame(t), width, height, time: t / rate }));
  await recognizer.attach(frames).ended;
  await recognizer.close();

  const args = ['stream.mjs', model.onnx, `${width}`, `${height}`, `${rate}`];
  const child = spawn(process.execPath, args, { cwd: project, stdio: ['pipe', 'pipe', 'inherit'] });
  const printed = text(child.stdout);
  const bytes = Buffer.concat(Array.from({ length: count }, (_, t) => frame(t)));
  for (let at = 0; at < bytes.length; at += 65_521) child.stdin.write(bytes.subarray(at, at + 65_521));
  child.stdin.end();
  const lines = (await printed).trim().split('\n');
  expect(lines).toEqual(expected);
  expect(LABELS.some((label) => lines[0]!.includes(`${label} started`))).toBe(true);
});
