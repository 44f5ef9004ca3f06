/**
 * The workbench's API as one table: what every operation does, takes and answers. The server checks requests by it, the
 * OpenAPI description and the types of the page's client are made of it.
 */
import * as z from 'zod';
import { classNameSchema } from '../../../project/names.js';
import type { Operation, PATHS, ParamsOf } from './paths.js';
import * as s from './schemas.js';

/** Bytes in place of JSON, by their content types. */
export interface Bytes {
  readonly types: readonly string[];
  readonly description: string;
}

export interface Contract {
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** JSON, or a stream of bytes. */
  readonly body?: z.ZodType | Bytes;
  readonly answer: z.ZodType | Bytes;
}

const JPEG: Bytes = { types: ['image/jpeg'], description: 'A JPEG.' };
/** What a camera room or a file dialog sends. */
export const VIDEO: Bytes = {
  types: [
    'video/mp4',
    'video/webm',
    'video/quicktime',
    'video/x-matroska',
    'video/x-msvideo',
    'video/mpeg',
    'video/ogg',
    'video/3gpp',
    'image/gif',
  ],
  description: 'A video file in the format of its content type, or JPEG frames as the parts of a form.',
};
const done = z.object({});

export const CONTRACT = {
  listProjects: {
    summary:
      'The folder in which new projects are made, its projects, and others opened lately, the latest first.',
    answer: z.object({ home: z.string(), projects: z.array(s.projectSummary) }),
  },
  createProject: { summary: 'Make a project in the home folder.', body: s.newProject, answer: s.project },
  getProject: { summary: 'Classes, people and counts.', answer: s.project },
  changeProject: {
    summary: 'Rename it; its folder keeps its name.',
    body: s.projectChanges,
    answer: s.project,
  },
  events: {
    summary: 'Server-sent events: jobs, progress, clips, health. Begins with the current state.',
    answer: { types: ['text/event-stream'], description: 'Events; see the schemas named after them.' },
  },

  addClass: { summary: 'Add an empty class.', body: z.object({ name: classNameSchema }), answer: s.project },
  renameClass: {
    summary: 'Rename a class, its folder and its lines in the lists.',
    body: z.object({ name: classNameSchema }),
    answer: s.change,
  },
  removeClass: { summary: 'Move a class and its clips to the trash.', answer: s.change },

  listClips: { summary: 'Clips, filtered, sorted and paged.', query: s.clipQuery, answer: s.clips },
  addClip: {
    summary: 'Add a clip under the next free number of its person.',
    query: s.newClip,
    body: VIDEO,
    answer: s.clip,
  },
  clipFile: {
    summary: 'The video file of a clip or recording; answers requests for ranges.',
    query: s.clipPictureQuery,
    answer: { types: VIDEO.types, description: 'The file.' },
  },
  clipFrame: { summary: 'One frame of a clip or recording.', query: s.frameQuery, answer: JPEG },
  clipStrip: {
    summary: 'Frames at equal distances, side by side in one picture, each of the same width.',
    query: s.stripQuery,
    answer: JPEG,
  },
  moveClips: { summary: 'Move clips to another class or person.', body: s.clipMove, answer: s.change },
  removeClips: { summary: 'Move clips to the trash of the project.', body: s.clipRemoval, answer: s.change },
  trimClip: {
    summary: 'Keep a part of a clip; the whole goes to the trash.',
    body: s.clipTrim,
    answer: s.change,
  },
  listChanges: { summary: 'Changes that can be undone, the latest first.', answer: z.array(s.change) },
  undoChange: { summary: 'Undo a change.', answer: s.change },

  listRecordings: { summary: 'Long recordings and their marked events.', answer: z.array(s.recording) },
  addRecording: { summary: 'Add a recording.', query: s.newRecording, body: VIDEO, answer: s.recording },
  saveEvents: { summary: 'Save the events of a recording.', body: s.recordingEvents, answer: s.recording },
  cutRecording: {
    summary: 'Make a clip of each event.',
    body: s.recordingCut,
    answer: z.object({ clips: z.array(s.clip) }),
  },

  getSplit: { summary: 'Who is in which list.', answer: s.split },
  changeSplit: { summary: 'Write the lists.', body: s.splitChange, answer: s.split },
  getHealth: {
    summary:
      'What is wrong with the clips, each with its repair. Jobs of kind `check` and `labels` find more.',
    answer: s.health,
  },

  getRecipe: {
    summary: 'The recipe for the data as it is, with a reason for each setting.',
    query: s.recipeQuery,
    answer: s.recipe,
  },
  getSettings: { summary: 'Every key of a configuration, and the networks.', answer: s.settingsReference },
  listSearches: {
    summary: 'What range tests of learning rates and sweeps have found, the latest first.',
    answer: z.array(s.search),
  },
  listJobs: { summary: 'Jobs, the latest first.', answer: z.array(s.job) },
  addJob: {
    summary: 'Queue a job: a child process that runs the command line.',
    body: s.newJob,
    answer: s.job,
  },
  getJob: { summary: 'A job and what it printed.', answer: s.jobDetail },
  stopJob: {
    summary: 'Take a job out of the queue, or interrupt it; a training saves first.',
    answer: s.job,
  },
  resumeJob: {
    summary: 'Queue a job again that was stopped, interrupted or failed; it does the remaining work.',
    answer: s.job,
  },
  removeJob: { summary: 'Forget a job that has ended. Its run stays.', answer: done },

  listRuns: { summary: 'Run folders of the project, the latest first.', answer: z.array(s.runSummary) },
  getRun: { summary: 'A run, its configuration and its epochs.', answer: s.run },
  getMetrics: { summary: 'The curves of a run.', query: s.metricsQuery, answer: s.metrics },
  getEvaluation: {
    summary: 'The evaluation that a job of kind `evaluate` has written.',
    answer: s.evaluation,
  },
  listJudges: {
    summary:
      'How the latest cross-validation and the latest evaluation judge the clips as they are, where there is one; the cross-validation first.',
    answer: z.array(s.judge),
  },
  compareRuns: {
    summary:
      'Two evaluated runs on the clips that both have: figures, differing settings, differing answers.',
    query: s.comparisonQuery,
    answer: s.comparison,
  },
  runFile: {
    summary: 'A file that a run has left for others, one of `files`.',
    query: z.object({
      file: z.string().min(1).max(300),
      download: z.enum(['true', 'false']).default('false'),
    }),
    answer: { types: ['application/octet-stream'], description: 'The file.' },
  },
} as const satisfies Record<Operation, Contract>;

type Table = typeof CONTRACT;
type Input<T> = T extends z.ZodType ? z.input<T> : Blob | FormData | ArrayBuffer | Uint8Array<ArrayBuffer>;
type Output<T> = T extends z.ZodType ? z.output<T> : Response;

/** What the page passes to an operation. */
export type Request<Name extends Operation> = {
  readonly [Key in ParamsOf<(typeof PATHS)[Name][1]>]: string;
} & (Table[Name] extends { query: infer Query } ? { readonly query?: Input<Query> } : unknown) &
  (Table[Name] extends { body: infer Body } ? { readonly body: Input<Body> } : unknown);

/** What an operation answers: data, or the response itself where that is bytes. */
export type Answer<Name extends Operation> = Output<Table[Name]['answer']>;

export const isBytes = (body: z.ZodType | Bytes): body is Bytes => !(body instanceof z.ZodType);

/** What the server sends, by the name of the event. */
export type ServerEvents = { [Name in keyof typeof s.serverEvents]: z.output<(typeof s.serverEvents)[Name]> };

export type Project = z.output<typeof s.project>;
export type Clip = z.output<typeof s.clip>;
export type Recording = z.output<typeof s.recording>;
export type Change = z.output<typeof s.change>;
export type Split = z.output<typeof s.split>;
export type Finding = z.output<typeof s.finding>;
export type Health = z.output<typeof s.health>;
export type Job = z.output<typeof s.job>;
export type JobDetail = z.output<typeof s.jobDetail>;
export type NewJob = z.output<typeof s.newJob>;
export type Progress = z.output<typeof s.progress>;
export type Recipe = z.output<typeof s.recipe>;
export type Search = z.output<typeof s.search>;
export type RunSummary = z.output<typeof s.runSummary>;
export type RunDetail = z.output<typeof s.run>;
export type Metrics = z.output<typeof s.metrics>;
export type Judge = z.output<typeof s.judge>;
export type Comparison = z.output<typeof s.comparison>;
export type EvaluationAnswer = z.output<typeof s.evaluation>;
