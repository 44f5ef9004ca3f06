/** For tests only: `kinora studio` as a user starts it, on a folder of its own, and films of rendered gestures. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frames } from '@kinora/clip';
import { type GestureLabel, renderClip } from '../../packages/kinora/dist/data/synth/index.js';
import { buildStudioIfChanged } from '../../scripts/studio.mjs';

const MAIN = fileURLToPath(new URL('../../packages/kinora/dist/cli/main.js', import.meta.url));

export interface Engine {
  /** With the token. */
  readonly link: string;
  /** Folder of the project. */
  readonly project: string;
  /** A folder for files of this suite. */
  readonly scratch: string;
  close(): Promise<void>;
}

/** @param fill writes what the project's folder holds before */
export async function startEngine(fill: (project: string) => void = () => {}): Promise<Engine> {
  await buildStudioIfChanged();
  const scratch = mkdtempSync(join(tmpdir(), 'kinora-workbench-'));
  const project = join(scratch, 'gestures');
  mkdirSync(project);
  fill(project);
  const env = { ...process.env, XDG_STATE_HOME: join(scratch, 'state') };
  const server = spawn(process.execPath, [MAIN, 'studio', project, '--port', '0'], { cwd: scratch, env });
  const link = await linkOf(server);
  const close = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.once('close', resolve));
    server.kill('SIGINT');
    await ended;
    rmSync(scratch, { recursive: true, force: true });
  };
  return { link, project, scratch, close };
}

function linkOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (text: Buffer): void => {
      printed += text;
      const link = /http:\S+token=\w+/.exec(printed)?.[0];
      if (link !== undefined) resolve(link);
    };
    server.stdout!.on('data', read);
    server.stderr!.on('data', read);
    server.once('close', (code) => reject(new Error(`kinora studio ended with ${code}: ${printed}`)));
  });
}

/** A rendered gesture as decoded frames. */
export const gesture = (label: GestureLabel, person: number, take: number): Frames =>
  renderClip({ seed: 3, label, person, take, height: 96 });
