/**
 * The rank of this process, from the environment variables of its launcher: those that torchrun and Kubeflow's training
 * operator set for each process, those that configure torchrun itself (set by Kubeflow's trainer), or Slurm's.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type KinoraError, kinoraError } from '../error.js';
import { checkRank } from './group.js';

/** The position of a process among all that train together. */
export interface Place {
  readonly rank: number;
  readonly worldSize: number;
  /** Rank among the processes of this host. */
  readonly localRank: number;
  /** Index of this process's GPU among those it can see. */
  readonly gpu: number;
  /** Address of the store, which rank 0 serves. */
  readonly host: string;
  readonly port: number;
  /** Whether the launcher says that all processes are on this host. */
  readonly thisHostOnly: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 29500;

/**
 * Undefined if this process was not started by a launcher. @throws KinoraError `distributed/environment`,
 * `distributed/rank`
 */
export function placeFromEnvironment(env: Environment = process.env): Place | undefined {
  const place = fromTorchrun(env) ?? fromTrainer(env) ?? fromSlurm(env);
  if (place === undefined) return undefined;
  checkRank(place.rank, place.worldSize);
  return { ...place, gpu: seesOnlyItsOwn(env) ? 0 : place.localRank };
}

/**
 * With --gpus-per-task, Slurm makes only its own GPU visible to each process, as number 0. Launchers that set
 * LOCAL_WORLD_SIZE give the same list to all processes of a host, so a list with one GPU is then too short.
 */
function seesOnlyItsOwn({ CUDA_VISIBLE_DEVICES, LOCAL_WORLD_SIZE }: Environment): boolean {
  const visible = CUDA_VISIBLE_DEVICES?.split(',').filter((name) => name.trim() !== '');
  return LOCAL_WORLD_SIZE === undefined && visible?.length === 1;
}

/** What the launcher specifies; the GPU is derived from it. */
type LaunchedPlace = Omit<Place, 'gpu'>;

function fromTorchrun(env: Environment): LaunchedPlace | undefined {
  if (env.RANK === undefined && env.WORLD_SIZE === undefined) return undefined;
  const rank = integer(env, 'RANK');
  return {
    rank,
    worldSize: integer(env, 'WORLD_SIZE'),
    localRank: env.LOCAL_RANK === undefined ? rank : integer(env, 'LOCAL_RANK'),
    host: text(env, 'MASTER_ADDR'),
    port: portOf(env) ?? DEFAULT_PORT,
    thisHostOnly: env.LOCAL_WORLD_SIZE === env.WORLD_SIZE,
  };
}

/** A pod of Kubeflow's trainer. Only one process per pod is supported, so use one pod per GPU. */
function fromTrainer(env: Environment): LaunchedPlace | undefined {
  if (env.PET_NNODES === undefined || env.PET_NODE_RANK === undefined) return undefined;
  const processes = env.PET_NPROC_PER_NODE?.trim() ?? '1';
  if (processes !== '1')
    throw wrong('PET_NPROC_PER_NODE', '1, for one process per pod', JSON.stringify(processes));
  return {
    rank: integer(env, 'PET_NODE_RANK'),
    worldSize: integer(env, 'PET_NNODES'),
    localRank: 0,
    host: text(env, 'PET_MASTER_ADDR'),
    port: portOf(env, 'PET_MASTER_PORT') ?? DEFAULT_PORT,
    thisHostOnly: false,
  };
}

/** A step of `srun` with several tasks. The batch script itself is not a step, and trains alone. */
function fromSlurm(env: Environment): LaunchedPlace | undefined {
  if (env.SLURM_STEP_ID === undefined || !(Number(env.SLURM_STEP_NUM_TASKS) > 1)) return undefined;
  return {
    rank: integer(env, 'SLURM_PROCID'),
    worldSize: integer(env, 'SLURM_STEP_NUM_TASKS'),
    localRank: integer(env, 'SLURM_LOCALID'),
    host: env.MASTER_ADDR ?? firstHost(text(env, 'SLURM_STEP_NODELIST')),
    // Jobs that share a host must not share a port.
    port: portOf(env) ?? DEFAULT_PORT + (integer(env, 'SLURM_JOB_ID') % 1000),
    thisHostOnly: false,
  };
}

/** The first host of Slurm's notation: `gpu[03-06,09],cpu1` is gpu03. */
export function firstHost(list: string): string {
  const [, prefix = '', range, suffix = ''] = list.match(/^([^,[]+)(?:\[([^\],-]+)[^\]]*\]([^,]*))?/) ?? [];
  return range === undefined ? prefix : `${prefix}${range}${suffix}`;
}

/** A port of 127.0.0.1 that was free a moment ago, for the processes of one host to connect on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(env: Environment, name = 'MASTER_PORT'): number | undefined {
  if (env[name] === undefined) return undefined;
  const port = integer(env, name);
  if (port < 65536) return port;
  throw wrong(name, 'a port below 65536', String(port));
}

function integer(env: Environment, name: string): number {
  const word = text(env, name);
  if (/^\d+$/.test(word)) return Number(word);
  throw wrong(name, 'a whole number', JSON.stringify(word));
}

function text(env: Environment, name: string): string {
  const word = env[name]?.trim();
  if (word) return word;
  throw wrong(name, 'a value, which the launcher sets for every process', 'nothing');
}

const wrong = (name: string, expected: string, received: string): KinoraError =>
  kinoraError('distributed/environment', `the environment variable ${name}`, expected, received, {
    hint: 'torchrun-style launchers set RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT',
  });
