/** For tests only: a project of rendered gestures on disk, a server for it, and the client that a page has. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameBytes } from '@kinora/clip';
import { encodeJpeg } from '../../data/decode/jpeg.js';
import { loadNodeAv } from '../../data/decode/video-libav.js';
import { type GestureLabel, renderClip } from '../../data/synth/index.js';
import { videoWriter } from '../../project/cut-video.js';
import { type StaticServer, serveFolder } from '../static-server.js';
import { call } from './api/client.js';
import type { Answer, Request } from './api/contract.js';
import type { Operation } from './api/paths.js';
import { type WorkbenchServer, workbenchServer } from './server.js';

export const CLASSES = ['Swiping Left', 'Swiping Right', 'Stop Sign'] as const satisfies GestureLabel[];
export const av = await loadNodeAv();

/** A rendered gesture, as a video where FFmpeg's libraries are installed, otherwise as a folder of frames. */
export function writeGesture(path: string, label: GestureLabel, person: number, take: number): string {
  const clip = renderClip({ seed: 3, label, person, take, height: 48 });
  const size = frameBytes(clip.height, clip.width);
  const frame = (t: number) => clip.data.subarray(t * size, (t + 1) * size);
  if (av === undefined) {
    mkdirSync(path, { recursive: true });
    for (let t = 0; t < clip.count; t++)
      writeFileSync(join(path, `${String(t + 1).padStart(5, '0')}.jpg`), encodeJpeg(frame(t), clip));
    return path;
  }
  mkdirSync(join(path, '..'), { recursive: true });
  const writer = videoWriter(av, `${path}.mp4`);
  for (let t = 0; t < clip.count; t++) writer.write(frame(t), clip.height, clip.width, t / 12);
  writer.finish();
  writer.close();
  return `${path}.mp4`;
}

export class TestBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'kinora-bench-'));
  readonly project = join(this.folder, 'gestures');
  bench!: WorkbenchServer;
  server!: StaticServer;
  id = '';

  /** @param people and clips of each of them in each class */
  constructor(
    readonly people: readonly string[] = ['anna', 'ben', 'cleo'],
    readonly takes = 2,
  ) {
    mkdirSync(join(this.folder, 'site'), { recursive: true });
    writeFileSync(join(this.folder, 'site', 'index.html'), '<!doctype html><html><head></head></html>');
    for (const label of CLASSES)
      for (const [n, person] of people.entries())
        for (let take = 1; take <= takes; take++)
          writeGesture(join(this.project, 'clips', label, `${person}-${take}`), label, n, take);
  }

  async start(): Promise<this> {
    this.server = await serveFolder(join(this.folder, 'site'), 0, {
      api: (port) => {
        this.bench = workbenchServer({ home: this.folder, recent: join(this.folder, 'recent.json') }, port);
        return this.bench.app;
      },
    });
    this.id = (await this.bench.workbench.openFolder(this.project)).id;
    return this;
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.bench.token}` };
  }

  /** Calls an operation of the project as a page does. */
  call<Name extends Operation>(name: Name, request: Omit<Request<Name>, 'project'>): Promise<Answer<Name>> {
    const full = { project: this.id, ...request } as unknown as Request<Name>;
    // A kept connection may be closed by the server just when a test that was busy for seconds uses it again.
    const headers = { ...this.headers, connection: 'close' };
    return call(name, full, { base: this.server.url.slice(0, -1), headers });
  }

  async stop(): Promise<void> {
    await this.bench.workbench.close();
    await this.server.close();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
