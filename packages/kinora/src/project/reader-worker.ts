/** A thread of `reader.ts`: reads one clip after the other. */
import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { toThread } from '../data/threads.js';
import { cutVideo } from './cut-video.js';
import { examine, frameOf, probe, stripOf } from './pictures.js';
import type { Kind, ReaderReply, Readings } from './reader.js';

if (process.platform === 'linux') setPriority(0, Math.max(5, getPriority(0)));

const READERS: { [K in Kind]: (ask: Readings[K]['ask']) => Promise<Readings[K]['answer']> } = {
  probe,
  examine,
  strip: stripOf,
  frame: frameOf,
  cut: cutVideo,
};

parentPort!.on('message', async ({ id, kind, ask }: { id: number; kind: Kind; ask: never }) => {
  parentPort!.postMessage(await answer(id, kind, ask));
});

async function answer(id: number, kind: Kind, ask: never): Promise<ReaderReply> {
  try {
    return { id, answer: await READERS[kind](ask) };
  } catch (error) {
    return { id, error: toThread(error) };
  }
}
