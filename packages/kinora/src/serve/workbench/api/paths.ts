/**
 * Methods and paths of the workbench's API, by the name of the operation. Imports nothing, so that the page carries no
 * schemas; what each operation takes and answers is in `contract.ts`.
 */

const PROJECT = '/api/projects/:project';
const RUN = `${PROJECT}/runs/:run` as const;

export const PATHS = {
  listProjects: ['GET', '/api/projects'],
  createProject: ['POST', '/api/projects'],
  getProject: ['GET', PROJECT],
  changeProject: ['PATCH', PROJECT],
  events: ['GET', `${PROJECT}/events`],

  addClass: ['POST', `${PROJECT}/classes`],
  renameClass: ['PATCH', `${PROJECT}/classes/:class`],
  removeClass: ['DELETE', `${PROJECT}/classes/:class`],

  listClips: ['GET', `${PROJECT}/clips`],
  addClip: ['POST', `${PROJECT}/clips`],
  clipFile: ['GET', `${PROJECT}/clips/file`],
  clipFrame: ['GET', `${PROJECT}/clips/frame`],
  clipStrip: ['GET', `${PROJECT}/clips/strip`],
  moveClips: ['POST', `${PROJECT}/clips/move`],
  removeClips: ['POST', `${PROJECT}/clips/remove`],
  trimClip: ['POST', `${PROJECT}/clips/trim`],
  listChanges: ['GET', `${PROJECT}/changes`],
  undoChange: ['POST', `${PROJECT}/changes/:change/undo`],

  listRecordings: ['GET', `${PROJECT}/recordings`],
  addRecording: ['POST', `${PROJECT}/recordings`],
  saveEvents: ['PUT', `${PROJECT}/recordings/events`],
  cutRecording: ['POST', `${PROJECT}/recordings/cut`],

  getSplit: ['GET', `${PROJECT}/split`],
  changeSplit: ['PUT', `${PROJECT}/split`],
  getHealth: ['GET', `${PROJECT}/health`],

  getRecipe: ['GET', `${PROJECT}/recipe`],
  getSettings: ['GET', '/api/settings'],
  listSearches: ['GET', `${PROJECT}/searches`],
  listJobs: ['GET', `${PROJECT}/jobs`],
  addJob: ['POST', `${PROJECT}/jobs`],
  getJob: ['GET', `${PROJECT}/jobs/:job`],
  stopJob: ['POST', `${PROJECT}/jobs/:job/stop`],
  resumeJob: ['POST', `${PROJECT}/jobs/:job/resume`],
  removeJob: ['DELETE', `${PROJECT}/jobs/:job`],

  listRuns: ['GET', `${PROJECT}/runs`],
  getRun: ['GET', RUN],
  getMetrics: ['GET', `${RUN}/metrics`],
  getEvaluation: ['GET', `${RUN}/evaluation`],
  listJudges: ['GET', `${PROJECT}/judges`],
  compareRuns: ['GET', `${PROJECT}/comparison`],
  runFile: ['GET', `${RUN}/file`],
} as const;

export type Operation = keyof typeof PATHS;

/** `:name` parts of a path, such as `project`. */
export type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
