/** Clips and recordings: lists, pictures, files, uploads, and changes that can be undone. */
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import type { Context } from 'hono';
import {
  type Change,
  clipsOf,
  listChanges,
  moveClips,
  removeClips,
  trimClip,
  undoChange,
} from '../../../project/changes.js';
import { addClip, addRecordingFile, EXTENSIONS, receive, receiveFrames } from '../../../project/intake.js';
import { UPLOAD_LIMIT } from '../../../project/limits.js';
import {
  cutRecording,
  factsOf,
  findRecording,
  listRecordings,
  type Recording,
  saveEvents,
} from '../../../project/recordings.js';
import type { ScannedClip } from '../../../project/scan.js';
import { checkEditable } from '../../../project/split.js';
import type { Handlers } from '../api/app.js';
import type { Change as ChangeAnswer, Clip, Recording as RecordingAnswer } from '../api/contract.js';
import type { OpenProject } from '../opened/open-project.js';
import type { Workbench } from '../opened/workbench.js';
import { jpeg, sendFile } from './files.js';
import { selectClips } from './select-clips.js';

export function clipHandlers(workbench: Workbench): Handlers {
  const open = ({ params }: { params: { project: string } }) => workbench.get(params.project);
  return {
    listClips: async (request) => {
      const project = await open(request);
      const scan = project.scan();
      const { clips, total } = selectClips(scan.clips, request.query);
      return { clips: clips.map(clipAnswer), total, revision: scan.revision, reading: project.reading };
    },
    addClip: async (request) => {
      const project = await open(request);
      checkEditable(project.project);
      const file = await received(project, request.context);
      const clip = await addClip(project, file, request.query);
      project.changed();
      return clipAnswer(clip);
    },
    clipFile: async (request) => sendFile(request.context, place(await open(request), request.query).path),
    clipFrame: async (request) => {
      const { query, context } = request;
      const project = await open(request);
      const { path } = place(project, query);
      const { frameRate: rate } = project.project;
      return jpeg(
        context,
        await project.threads.read('frame', { path, rate, at: query.at, height: query.height }),
        query.version,
      );
    },
    clipStrip: async (request) => {
      const { query, context } = request;
      const project = await open(request);
      const own = place(project, query);
      const { frames, height } = query;
      const { start = own.start, end = own.end } = query;
      const asked = { path: own.path, rate: project.project.frameRate, frames, height, start, end };
      return jpeg(context, await project.pictures.strip(own.version, asked), query.version);
    },
    moveClips: async (request) => {
      const { clips, ...to } = request.body;
      return changed(await open(request), (project) => moveClips(project, clips, to));
    },
    removeClips: async (request) =>
      changed(await open(request), (project) => removeClips(project, request.body.clips)),
    trimClip: async (request) =>
      changed(await open(request), (project) => trimClip(project, request.body.clip, request.body)),
    listChanges: async (request) => listChanges((await open(request)).project).map(changeAnswer),
    undoChange: async (request) =>
      changed(await open(request), (project) => undoChange(project, request.params.change)),

    listRecordings: async (request) => {
      const project = await open(request);
      return Promise.all(
        listRecordings(project.project).map((recording) => recordingAnswer(project, recording)),
      );
    },
    addRecording: async (request) => {
      const project = await open(request);
      const file = await received(project, request.context);
      const name = await addRecordingFile(project, file, request.query.person);
      project.changed();
      return recordingAnswer(project, findRecording(project.project, name));
    },
    saveEvents: async (request) => {
      const project = await open(request);
      return recordingAnswer(project, await saveEvents(project, request.body.recording, request.body.events));
    },
    cutRecording: async (request) => {
      const project = await open(request);
      checkEditable(project.project);
      const clips = await cutRecording(project, request.body.recording, request.body.events);
      project.changed();
      return { clips: clips.map(clipAnswer) };
    },
  };
}

async function changed(
  project: OpenProject,
  work: (project: OpenProject) => Change | Promise<Change>,
): Promise<ChangeAnswer> {
  try {
    return changeAnswer(await work(project));
  } finally {
    project.changed();
  }
}

const changeAnswer = ({ id, kind, at, summary, clips }: Change): ChangeAnswer => ({
  id,
  kind,
  at,
  summary,
  clips,
});

export function clipAnswer(clip: ScannedClip): Clip {
  const { id, class: name, person, part, bytes, modified, facts, problem, version, start, end } = clip;
  return {
    ...{ id, class: name, bytes, modified, version },
    person: person ?? null,
    part: part ?? null,
    frames: facts?.frames ?? null,
    seconds: facts?.seconds ?? null,
    width: facts?.width ?? null,
    height: facts?.height ?? null,
    problem: problem ?? null,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  };
}

async function recordingAnswer(project: OpenProject, recording: Recording): Promise<RecordingAnswer> {
  const { path: _, person, events, ...rest } = recording;
  const base = { ...rest, person: person ?? null, events: [...events] };
  try {
    const { frames, seconds, width, height } = await project.pictures.facts(recording.version, () =>
      factsOf(project, recording),
    );
    return { ...base, frames, seconds, width, height, problem: null };
  } catch (error) {
    const nothing = { frames: null, seconds: null, width: null, height: null };
    return { ...base, ...nothing, problem: (error as Error).message };
  }
}

interface Place {
  readonly path: string;
  readonly version: string;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** Where the clip or recording of this name is: only what is listed can be read. */
function place(
  project: OpenProject,
  query: { readonly clip: string; readonly recording: 'true' | 'false' },
): Place {
  if (query.recording === 'true') return findRecording(project.project, query.clip);
  return clipsOf(project.scan(), [query.clip])[0]!;
}

/** What was uploaded, in a file or folder of its own. */
async function received(project: OpenProject, context: Context): Promise<string> {
  const type = (context.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const length = Number(context.req.header('content-length') ?? 0);
  if (length > UPLOAD_LIMIT)
    throw kinoraError('upload/too-large', 'upload', `at most ${UPLOAD_LIMIT} bytes`, `${length}`);
  if (type === 'multipart/form-data') return receiveFrames(project.project, await framesOf(context, length));
  const extension = EXTENSIONS[type];
  const body = context.req.raw.body;
  if (extension === undefined || body === null) throw otherType(type);
  return receive(project.project, body, extension);
}

/** Most bytes of frames, which are in memory at once. */
const FRAMES_LIMIT = 128 * 2 ** 20;

async function framesOf(context: Context, length: number): Promise<Uint8Array[]> {
  if (length === 0 || length > FRAMES_LIMIT)
    throw kinoraError(
      'upload/too-large',
      'upload',
      `frames of at most ${FRAMES_LIMIT} bytes, with their length`,
      `${length}`,
    );
  const form = await context.req.formData();
  const parts = form.getAll('frame').filter((part) => typeof part !== 'string');
  return Promise.all(parts.map(async (part) => new Uint8Array(await part.arrayBuffer())));
}

const otherType = (type: string): KinoraError =>
  kinoraError('upload/type', 'content type', {
    expected: `a video (${Object.keys(EXTENSIONS).join(', ')}), or a form of JPEG frames`,
    received: type === '' ? 'none' : type,
  });
