/** Gestures from a camera, live: `kinora export --run runs/demo --out model.onnx`, then serve this folder with Vite. */
import { createRecognizer, type Gesture, type Ranked } from '@kinora/recognizer';

const find = <Type extends Element>(selector: string): Type => document.querySelector<Type>(selector)!;
const video = find<HTMLVideoElement>('video');
const state = find<HTMLElement>('#state');

find<HTMLButtonElement>('button').onclick = () => start().catch((error: Error) => say(error.message));

async function start(): Promise<void> {
  say('opening camera and model');
  const [recognizer, camera] = await Promise.all([
    createRecognizer({ model: './model.onnx', settings: { threshold: 0.7 } }),
    navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } }),
  ]);
  recognizer.on('prediction', ({ top }) => show(top.slice(0, 3)));
  recognizer.on('gesture', log);
  recognizer.on('status', ({ state, reason }) => say(`${state}: ${reason}`));
  recognizer.on('error', ({ message }) => say(message));
  const { name, threads, reason } = recognizer.backend;
  console.info(`${recognizer.info.network} on ${name}, ${threads} threads (${reason})`);
  video.srcObject = camera;
  await video.play();
  recognizer.attach(video);
}

function say(text: string): void {
  state.textContent = text;
}

function show(top: readonly Ranked[]): void {
  find('#top').replaceChildren(
    ...top.map(({ label, score }) => {
      const row = document.createElement('div');
      const meter = Object.assign(document.createElement('meter'), { value: score });
      row.append(meter, ` ${label}`);
      return row;
    }),
  );
}

function log({ phase, label, score, started, ended }: Gesture): void {
  if (phase === 'started') return;
  const item = document.createElement('li');
  const seconds = ((ended ?? started) - started).toFixed(1);
  item.textContent = `${label}, ${(100 * score).toFixed(0)} % sure, ${seconds} s long`;
  find('#log').prepend(item);
}
