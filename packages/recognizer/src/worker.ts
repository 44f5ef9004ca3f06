/**
 * The worker: model, pixels and network live here, so that the page never waits for them. Answers questions one after
 * the other, in the order in which they came.
 */
import { type Frames, KinoraError, kinoraError, mirrorFrames, type PreprocessSpec } from '@kinora/clip';
import { dropAlpha, prepareChosen, prepareFrames } from './inputs/clip.js';
import { bytesOf, nameOf } from './inputs/file-source.js';
import { Live } from './live/live.js';
import { readModelInfo } from './model/model-file.js';
import { webEngine } from './runtime/engine-web.js';
import { type Engine, Predictor } from './runtime/predictor.js';
import { type TrainerQuestions, trainerAnswers } from './training/calls.js';
import { webPlace } from './training/place-web.js';
import type { ModelInfo } from './types.js';
import { type Answers, serve } from './worker/serve.js';
import type { Answered, Asked, Cancelled, OpenRequest, Questions } from './worker/worker-calls.js';

/** A worker is asked the questions of a recognizer or those of a trainer. */
type All = Questions & TrainerQuestions<OpenRequest['model']>;

let predictor: Predictor | undefined;
/** How the network was opened, for one that replaces it. */
let request: OpenRequest | undefined;
let live: Live | undefined;
const read = bitmapReader();

const trainer = trainerAnswers(webPlace);
const specNow = (): PreprocessSpec => trainer.spec() ?? opened().info.spec;

const answers: Answers<All> = {
  ...trainer.answers,
  open,
  prepare: async ({ frames, mirror }) => {
    // They were copied on their way here.
    if (mirror) mirrorFrames(frames);
    return prepareFrames(frames, specNow());
  },
  picture: async ({ bitmap, mirror }) => {
    try {
      return prepareChosen(read(bitmap, mirror), specNow());
    } finally {
      bitmap.close();
    }
  },
  predict: ({ clips, maps }) => opened().predict(clips, maps),
  begin: async ({ pace, clips }) => {
    live?.close();
    live = new Live(opened(), pace, clips);
  },
  pace: async (pace) => {
    live?.configure(pace);
  },
  frame: async ({ time, bitmap, mirror }) =>
    live?.feed({ time, pixels: () => read(bitmap, mirror), release: () => bitmap.close() }),
  finish: async ({ time }) => live?.finish(time),
  use: async ({ model }) => {
    const { engine, info } = await openNetwork({ ...request!, model }, (info, where) =>
      opened().checkReplacement(info, where),
    );
    await opened().replace(engine, info);
    return info;
  },
  close: async () => {
    live?.close();
    await predictor?.close();
  },
};

const receive = serve(answers, (message) =>
  (self as unknown as { postMessage(message: Answered): void }).postMessage(message),
);
self.onmessage = ({ data }: MessageEvent<Asked<All> | Cancelled>) => receive(data);

async function open(asked: OpenRequest): Promise<Questions['open']['answer']> {
  const { engine, info } = await openNetwork(asked);
  predictor = new Predictor(engine, info);
  request = asked;
  return { info, backend: engine.backend };
}

async function openNetwork(
  asked: OpenRequest,
  check: (info: ModelInfo, where: string) => void = () => {},
): Promise<{ engine: Engine; info: ModelInfo }> {
  const where = nameOf(asked.model);
  const file = await bytesOf(asked.model, 'recognizer/model', 'an ONNX file');
  const { groupedConv3d, ...info } = readModelInfo(file, where);
  check(info, where);
  return { engine: await webEngine(file, { ...asked, where, groupedConv3d }, info), info };
}

function opened(): Predictor {
  if (predictor !== undefined) return predictor;
  throw kinoraError('recognizer/worker', "the recognizer's worker", 'an open model', 'none');
}

/**
 * Reads the pixels of a bitmap at its own size, RGB: a canvas copies them and never scales them. The reader keeps its
 * canvas; its frames are valid until it is called again.
 */
function bitmapReader(): (bitmap: ImageBitmap, mirror: boolean) => Frames {
  let context: OffscreenCanvasRenderingContext2D | undefined;
  let rgb = new Uint8Array();
  return (bitmap, mirror) => {
    const { width, height } = bitmap;
    context ??= openCanvas(width, height);
    if (context.canvas.width !== width || context.canvas.height !== height)
      Object.assign(context.canvas, { width, height });
    context.drawImage(bitmap, 0, 0);
    if (rgb.length !== width * height * 3) rgb = new Uint8Array(width * height * 3);
    dropAlpha(context.getImageData(0, 0, width, height).data, rgb);
    const frame = { data: rgb, count: 1, height, width };
    if (mirror) mirrorFrames(frame);
    return frame;
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
