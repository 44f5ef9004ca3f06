/**
 * The worker: model, pixels and network live here, so that the page never waits for them. Answers questions one after
 * the other, in the order in which they came.
 */
import { type Frames, KinoraError, type KinoraErrorParts, kinoraError } from '@kinora/clip';
import { dropAlpha, prepareChosen, prepareFrames } from './inputs/clip.js';
import { Live } from './live/live.js';
import { readModelInfo } from './model/model-file.js';
import { webEngine } from './runtime/engine-web.js';
import { Predictor } from './runtime/predictor.js';
import type { Answered, Asked, Cancelled, OpenRequest, Question, Questions } from './worker/worker-calls.js';

let predictor: Predictor | undefined;
let live: Live | undefined;
let turn: Promise<void> = Promise.resolve();
const read = bitmapReader();

type Answers = { [Name in Question]: (ask: Questions[Name]['ask']) => Promise<Questions[Name]['answer']> };

const answers: Answers = {
  open,
  prepare: async (frames) => prepareFrames(frames, opened().info.spec),
  picture: async ({ bitmap }) => {
    try {
      return prepareChosen(read(bitmap), opened().info.spec);
    } finally {
      bitmap.close();
    }
  },
  predict: ({ clips, maps }) => opened().predict(clips, maps),
  begin: async (pace) => {
    live?.close();
    live = new Live(opened(), pace);
  },
  pace: async (pace) => {
    live?.configure(pace);
  },
  frame: async ({ time, bitmap }) =>
    live?.feed({ time, pixels: () => read(bitmap), release: () => bitmap.close() }),
  finish: async ({ time }) => live?.finish(time),
  close: async () => {
    live?.close();
    await predictor?.close();
  },
};

const cancelled = new Set<number>();

self.onmessage = ({ data }: MessageEvent<Asked | Cancelled>) => {
  if ('cancel' in data) cancelled.add(data.cancel);
  else turn = turn.then(() => answer(data));
};

async function answer({ id, name, ask }: Asked): Promise<void> {
  const unwanted = cancelled.has(id);
  // Questions come in the order of their numbers: what was cancelled too late is forgotten here.
  for (const one of cancelled) if (one <= id) cancelled.delete(one);
  if (unwanted) return;
  try {
    const value = await answers[name](ask as never);
    post({ id, answer: value });
  } catch (error) {
    post({ id, error: partsOf(error) });
  }
}

function post(message: Answered): void {
  (self as unknown as { postMessage(message: Answered): void }).postMessage(message);
}

async function open(request: OpenRequest): Promise<Questions['open']['answer']> {
  const { model } = request;
  const where = nameOf(model);
  const file = await bytesOf(model);
  const { groupedConv3d, ...info } = readModelInfo(file, where);
  const engine = await webEngine(file, { ...request, where, groupedConv3d }, info);
  predictor = new Predictor(engine, info);
  return { info, backend: engine.backend };
}

function nameOf(model: OpenRequest['model']): string {
  if (typeof model === 'string') return model;
  return model instanceof File ? model.name : 'the model';
}

async function bytesOf(model: OpenRequest['model']): Promise<Uint8Array> {
  if (typeof model === 'string') return fetchModel(model);
  return model instanceof Blob ? new Uint8Array(await model.arrayBuffer()) : model;
}

async function fetchModel(address: string): Promise<Uint8Array> {
  const refuse = (received: string, cause?: unknown): never => {
    const expected = 'an ONNX file that can be fetched';
    throw kinoraError('recognizer/model', address, expected, received, { cause });
  };
  const response = await fetch(address).catch((cause) => refuse(String(cause), cause));
  if (!response.ok) refuse(`status ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

function opened(): Predictor {
  if (predictor !== undefined) return predictor;
  throw kinoraError('recognizer/worker', "the recognizer's worker", 'an open model', 'none');
}

/** What crosses to the page; causes may not be cloneable. */
function partsOf(error: unknown): KinoraErrorParts {
  if (error instanceof KinoraError) {
    const { cause: _, ...parts } = error.parts;
    return parts;
  }
  return { code: 'recognizer/failed', expected: 'the network to run', received: String(error) };
}

/**
 * Reads the pixels of a bitmap at its own size, RGB: a canvas copies them and never scales them. The reader keeps its
 * canvas; its frames are valid until it is called again.
 */
function bitmapReader(): (bitmap: ImageBitmap) => Frames {
  let context: OffscreenCanvasRenderingContext2D | undefined;
  let rgb = new Uint8Array();
  return (bitmap) => {
    const { width, height } = bitmap;
    context ??= openCanvas(width, height);
    if (context.canvas.width !== width || context.canvas.height !== height)
      Object.assign(context.canvas, { width, height });
    context.drawImage(bitmap, 0, 0);
    if (rgb.length !== width * height * 3) rgb = new Uint8Array(width * height * 3);
    dropAlpha(context.getImageData(0, 0, width, height).data, rgb);
    return { data: rgb, count: 1, height, width };
  };
}

function openCanvas(width: number, height: number): OffscreenCanvasRenderingContext2D {
  // Read back every time: a canvas in the graphics card's memory would be slower.
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
    alpha: false,
  });
  if (context !== null) return context;
  throw new KinoraError({ code: 'recognizer/canvas', expected: 'a canvas in a worker', received: 'none' });
}
