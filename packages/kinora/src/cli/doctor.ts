/**
 * `kinora doctor`: shows each dependency, where it was found, and how to install what is missing. Changes nothing. The
 * instructions are those of the set-up.
 */

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cuda, distributed, engineInfo, KinoraError, threads } from '@kinora/torch';
import { inspect, PLATFORM_NAMES, waysToGet } from '@kinora/torch/install';
import { Command } from 'commander';
import colours from 'picocolors';
import { findVideoDecoder } from '../data/decode/video.js';
import { version } from '../version.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Check what Kinora depends on: Node, libtorch, CUDA, BLAS, FFmpeg; and show how to install what is missing.',
    )
    .option('--json', 'print the facts as JSON')
    .addHelpText('after', '\nExample:\n  $ kinora doctor')
    .action(async ({ json }: { json?: boolean }) => {
      const facts = await doctorReport();
      process.stdout.write(json ? `${JSON.stringify(facts, null, 2)}\n` : doctorText(facts, isTerminal()));
      failIfMissing(facts);
    });
}

/** The report as lines: with ticks and colours in a terminal, with words elsewhere. */
export function doctorText(facts: readonly DoctorFact[], terminal: boolean): string {
  const width = Math.max(...facts.map(({ name }) => name.length));
  return facts.map((fact) => `${factLines(fact, width, terminal).join('\n')}\n`).join('');
}

const TICKS = { ok: '✓', absent: '–', missing: '✗' } as const;
const COLOURS = { ok: 'green', absent: 'yellow', missing: 'red' } as const;

function factLines(fact: DoctorFact, width: number, terminal: boolean): string[] {
  const paint = colours.createColors(terminal);
  const mark = paint[COLOURS[fact.status]](terminal ? TICKS[fact.status] : fact.status.padEnd(7));
  const where = fact.where === undefined ? '' : `  ${paint.dim(fact.where)}`;
  const margin = ' '.repeat((terminal ? 1 : 7) + 1 + width + 2);
  const ways = howToLines(fact).map((line) => `${margin}${paint.dim(line)}`);
  return [`${mark} ${fact.name.padEnd(width)}  ${fact.value}${where}`, ...ways];
}

/** One line per way, with the platform's name before the first. */
function howToLines({ howTo = {} }: DoctorFact): string[] {
  const entries = Object.entries(howTo) as [keyof typeof PLATFORM_NAMES, string[]][];
  const width = Math.max(0, ...entries.map(([platform]) => PLATFORM_NAMES[platform].length));
  return entries.flatMap(([platform, ways]) =>
    ways.map((way, index) => `${(index === 0 ? PLATFORM_NAMES[platform] : '').padEnd(width)}  ${way}`),
  );
}

function failIfMissing(facts: readonly DoctorFact[]): void {
  const missing = facts.filter(({ status }) => status === 'missing').map(({ name }) => name);
  if (missing.length === 0) return;
  throw new KinoraError({
    code: 'doctor/missing',
    expected: 'everything that Kinora needs',
    received: `a machine without a working ${missing.join(', ')}`,
    hint: 'the report shows how to install it',
  });
}

function isTerminal(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}

type Inspection = Awaited<ReturnType<typeof inspect>>;
type Need = Parameters<typeof waysToGet>[0];
type Platform = keyof typeof PLATFORM_NAMES;

export interface DoctorFact {
  name: string;
  /** `missing` is a defect; `absent` is something optional. */
  status: 'ok' | 'absent' | 'missing';
  /** What was found, or what its absence means. */
  value: string;
  /** Where it was found: a path or a variable. */
  where?: string;
  /** What to type to get it, by platform. */
  howTo?: Partial<Record<Platform, string[]>>;
}

/** The platforms for which install commands are shown, in this order. */
const SHOWN: readonly Platform[] = ['debian', 'macos', 'windows'];

/** Every dependency, in the order in which it is needed. */
export async function doctorReport(): Promise<DoctorFact[]> {
  const found = await inspect();
  const engine = engineFacts(found);
  return [
    nodeFact(),
    compilerFact(found),
    libtorchFact(found),
    ...engine,
    await cudaFact(found, engine[0]?.status === 'ok'),
    ...(engine[0].status === 'ok' && ['ready', 'packaged'].includes(found.addon.state)
      ? processesFacts(found)
      : []),
    await ffmpegFact(),
    ...packageFacts(),
  ];
}

function nodeFact(): DoctorFact {
  const system = `${process.platform} ${process.arch}`;
  return {
    name: 'Node',
    status: 'ok',
    value: `${process.versions.node} (${system})`,
    where: process.execPath,
  };
}

/** An existing addon works without a compiler, so a missing compiler matters only before the build. */
function compilerFact({ compiler, addon, packaged }: Inspection): DoctorFact {
  const name = 'Compiler';
  if (compiler !== null) return { name, status: 'ok', value: compiler };
  if (addon.state === 'packaged' || (addon.state === 'ready' && packaged !== null))
    return { name, status: 'absent', value: 'none, and none needed: the engine is prebuilt' };
  const status = addon.state === 'ready' ? 'absent' : 'missing';
  return { name, status, value: 'none: the engine cannot be built', howTo: howTo('compiler') };
}

function libtorchFact({ libtorch, packaged, problem, passedOver }: Inspection): DoctorFact {
  const name = 'libtorch';
  if (libtorch !== null) {
    const kind = libtorch.cuda ? `CUDA ${libtorch.cudaVersion ?? ''}`.trim() : 'CPU only';
    const others = passedOver.map(({ reason }: { reason: string }) => `; passed over: ${reason}`).join('');
    const value = `${libtorch.version} (${kind}), ${originOf(libtorch.foundBy, packaged)}${others}`;
    return { name, status: 'ok', value, where: libtorch.lib };
  }
  const value = [problem ?? 'none', ...passedOver.map(({ reason }: { reason: string }) => reason)].join('; ');
  return { name, status: 'missing', value, howTo: howTo('libtorch') };
}

type FoundBy = 'LIBTORCH' | 'python3' | 'package' | 'system';

/** Why this libtorch was chosen: the search takes the first of LIBTORCH, python3's torch, the package and the system. */
function originOf(foundBy: FoundBy, packaged: string | null): string {
  const origins: Record<FoundBy, string> = {
    LIBTORCH: 'which LIBTORCH names',
    python3: "python3's torch, as LIBTORCH is not set",
    package: `the package ${packaged}, as LIBTORCH is not set and python3 has no usable torch`,
    system:
      "the system's, as LIBTORCH is not set and there is neither a usable torch in python3 nor a package",
  };
  return origins[foundBy];
}

/** The addon, and facts that only a loaded libtorch can report. */
function engineFacts({ addon, libtorch }: Inspection): [DoctorFact, ...DoctorFact[]] {
  const name = 'Engine';
  if (addon.path === null) return [{ name, status: 'missing', value: `not built: ${BUILD}` }];
  try {
    const { version: loaded } = engineInfo();
    const value = `loads, with libtorch ${loaded}${noteOn(addon.state, libtorch?.foundBy)}`;
    return [{ name, status: 'ok', value, where: addon.path }, threadsFact(), blasFact()];
  } catch (error) {
    return [{ name, status: 'missing', value: (error as Error).message, where: addon.path }];
  }
}

const BUILD = 'run `npx kinora-torch setup` (in a clone of the project: `npm run setup`)';

/** A note on an engine that loads. The runtime uses the prebuilt one until a set-up has built another. */
function noteOn(state: 'ready' | 'packaged' | 'stale' | 'absent', foundBy?: FoundBy): string {
  if (state === 'stale') return `; out of date: ${BUILD}`;
  if (state === 'packaged' && foundBy !== 'package') return `, prebuilt; to use the libtorch above, ${BUILD}`;
  return foundBy === 'package' ? ', prebuilt' : '';
}

function threadsFact(): DoctorFact {
  const limit = process.env.OMP_NUM_THREADS;
  const origin = limit === undefined ? 'all processors' : `OMP_NUM_THREADS=${limit}`;
  return { name: 'Threads', status: 'ok', value: `${threads.get()} (${origin})` };
}

/** The BLAS library: the one mapped into this process, otherwise the one that libtorch was built with. */
function blasFact(): DoctorFact {
  const name = 'BLAS';
  const mapped = mappedLibraries().filter((path) =>
    /(openblas|mkl|blis|atlas|libblas|Accelerate)/i.test(path),
  );
  const library = mapped.find((path) => !/libblas/.test(path)) ?? mapped[0];
  if (library === undefined) {
    const builtIn = engineInfo().config.match(/BLAS_INFO=(\w+)/)?.[1] ?? 'unknown';
    return { name, status: 'ok', value: `${builtIn}, inside libtorch` };
  }
  if (/\/libblas\.so/.test(library) && !/openblas|blis|atlas|mkl/i.test(library)) {
    const value = 'the reference BLAS, many times slower than OpenBLAS';
    return { name, status: 'absent', value, where: library, howTo: howTo('blas') };
  }
  const kind = library.match(/openblas|mkl|blis|atlas|accelerate/i)?.[0]?.toLowerCase() ?? 'unknown';
  return { name, status: 'ok', value: BLAS_NAMES[kind] ?? kind, where: library };
}

const BLAS_NAMES: Record<string, string> = {
  openblas: 'OpenBLAS',
  mkl: 'Intel MKL',
  blis: 'BLIS',
  atlas: 'ATLAS',
};

function mappedLibraries(): string[] {
  if (process.platform !== 'linux') return [];
  return [...new Set(readFileSync('/proc/self/maps', 'utf8').match(/\/\S+\.so[.\d]*$/gm))];
}

async function cudaFact({ libtorch }: Inspection, engineLoads: boolean): Promise<DoctorFact> {
  const name = 'CUDA';
  const cards = await graphicsCards();
  const usable = engineLoads ? cuda.deviceCount() : 0;
  if (usable > 0) return { name, status: 'ok', value: cards.join(', ') || `${usable} devices` };
  if (cards.length === 0)
    return { name, status: 'absent', value: 'no GPU: training runs on the CPU', howTo: howTo('cuda') };
  const reason = libtorch?.cuda
    ? 'libtorch cannot use it (nvidia-smi shows the driver)'
    : 'this libtorch is built without CUDA';
  return { name, status: 'absent', value: `${cards.join(', ')}: ${reason}`, howTo: howTo('cuda') };
}

/** What training in several processes depends on. */
function processesFacts({ libtorch }: Inspection): DoctorFact[] {
  const { gloo, nccl, reducer } = distributed.features();
  const processes = gloo
    ? `c10d with Gloo${reducer ? ' and its Reducer' : '; gradients are averaged after backward'}`
    : '';
  const facts: DoctorFact[] = [
    gloo
      ? { name: 'Processes', status: 'ok', value: processes }
      : {
          name: 'Processes',
          status: 'absent',
          value: 'one only: libtorch has no Gloo',
          howTo: howTo('gloo'),
        },
  ];
  if (nccl) facts.push({ name: 'NCCL', status: 'ok', value: 'many GPUs, one process each' });
  else if (libtorch?.cuda)
    facts.push({
      name: 'NCCL',
      status: 'absent',
      value: 'none: training uses one GPU at a time',
      howTo: howTo('nccl'),
    });
  return facts;
}

/** "NVIDIA H100, 81559 MiB" for each card that the driver lists. */
async function graphicsCards(): Promise<string[]> {
  const query = ['--query-gpu=name,memory.total', '--format=csv,noheader'];
  return lines(await outputOf('nvidia-smi', query));
}

async function ffmpegFact(): Promise<DoctorFact> {
  const name = 'FFmpeg';
  const decoder = await findVideoDecoder();
  if (decoder === undefined) {
    return { name, status: 'absent', value: 'none: video files cannot be read', howTo: howTo('ffmpeg') };
  }
  if (decoder.name === 'node-av') {
    const { version: libraries } = (await import('node-av')).getFFmpegInfo();
    return { name, status: 'ok', value: `${libraries}, by node-av ${installed('node-av')}` };
  }
  const [first = decoder.name] = lines(await outputOf('ffmpeg', ['-version']));
  return { name, status: 'ok', value: first.replace(/ Copyright.*/, '') };
}

function packageFacts(): DoctorFact[] {
  return [
    { name: 'kinora', status: 'ok', value: version() },
    { name: '@kinora/torch', status: 'ok', value: installed('@kinora/torch') },
    { name: 'JPEG', status: 'ok', value: `@julusian/jpeg-turbo ${installed('@julusian/jpeg-turbo')}` },
  ];
}

/** The version of an installed package. Not every package exports its manifest, so this searches for it above the entry. */
function installed(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

function howTo(need: Need): Partial<Record<Platform, string[]>> {
  return Object.fromEntries(SHOWN.map((platform) => [platform, waysToGet(need, platform)]));
}

/** What a program prints; empty if it is missing or fails. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  return promisify(execFile)(program, args).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
