/**
 * The worker: model, pixels and network live here, so that the page never waits for them. Answers questions one after
 * the other, in the order in which they came.
 */
import { prepareFrames } from './clip.js';
import { Core } from './core.js';
import { webEngine } from './engine-web.js';
import { KinoraError, type KinoraErrorParts } from './error.js';
import { Live } from './live.js';
import type { Answered, Asked, OpenRequest, Question, Questions } from './messages.js';
import { readModelInfo } from './model-info.js';
import { bitmapReader } from './pixels.js';

let core: Core | undefined;
let live: Live | undefined;
let turn: Promise<void> = Promise.resolve();
const read = bitmapReader();

type Answers = { [Name in Question]: (ask: Questions[Name]['ask']) => Promise<Questions[Name]['answer']> };

const answers: Answers = {
  open,
  prepare: async (frames) => prepareFrames(frames, opened().info.spec),
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
    await core?.close();
  },
};

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  turn = turn.then(() => answer(data));
};

async function answer({ id, name, ask }: Asked): Promise<void> {
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
  core = new Core(engine, info);
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
    throw new KinoraError({ code: 'recognizer/model', where: address, expected, received, cause });
  };
  const response = await fetch(address).catch((cause) => refuse(String(cause), cause));
  if (!response.ok) refuse(`status ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

function opened(): Core {
  if (core !== undefined) return core;
  throw new KinoraError({ code: 'recognizer/closed', expected: 'an open model', received: 'none' });
}

/** What crosses to the page; causes may not be cloneable. */
function partsOf(error: unknown): KinoraErrorParts {
  if (error instanceof KinoraError) {
    const { cause: _, ...parts } = error.parts;
    return parts;
  }
  return { code: 'recognizer/failed', expected: 'the network to run', received: String(error) };
}
