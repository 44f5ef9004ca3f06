/** Gestures from a camera, live: `kinora export runs/demo --out model.onnx`, then serve this folder with Vite. */
import { createRecognizer, type Gesture, type Ranked } from '@kinora/recognizer';

const find = <Type extends HTMLElement>(selector: string): Type => document.querySelector<Type>(selector)!;
const video = find<HTMLVideoElement>('video');

find('button').onclick = () => start().catch(({ message }: Error) => say(message));

async function start(): Promise<void> {
  say('opening camera and model');
  const [recognizer, camera] = await Promise.all([
    createRecognizer({ model: './model.onnx', settings: { threshold: 0.7 } }),
    navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } }),
  ]);
  recognizer.on('prediction', ({ top }) => show(top.slice(0, 3)));
  recognizer.on('gesture', log);
  recognizer.on('status', ({ state, reason }) => say(`${state}: ${reason} (${recognizer.backend.name})`));
  recognizer.on('error', ({ message }) => say(message));
  video.srcObject = camera;
  await video.play();
  recognizer.attach(video);
}

function say(text: string): void {
  find('#state').textContent = text;
}

function show(top: readonly Ranked[]): void {
  const rows = top.map(({ label, score }) => {
    const row = document.createElement('div');
    row.append(Object.assign(document.createElement('meter'), { value: score }), ` ${label}`);
    return row;
  });
  find('#top').replaceChildren(...rows);
}

function log({ phase, label, score, started, ended }: Gesture): void {
  if (phase === 'started' || ended === null) return;
  const item = document.createElement('li');
  item.textContent = `${label}, ${(100 * score).toFixed(0)} % sure, ${(ended - started).toFixed(1)} s long`;
  find('#log').prepend(item);
}
