/** Projects, classes, splits and health. */

import { addClass, removeClass, renameClass } from '../../../project/changes.js';
import { findingsOf, measuredOf } from '../../../project/health.js';
import { MOST_CLIPS, UPLOAD_LIMIT } from '../../../project/limits.js';
import { NOBODY } from '../../../project/names.js';
import { save } from '../../../project/project.js';
import { listRecordings } from '../../../project/recordings.js';
import { peopleIn, splitCommand, writeSplit } from '../../../project/split.js';
import type { Handlers } from '../api/app.js';
import type { Health, Project, Split } from '../api/contract.js';
import type { OpenProject } from '../opened/open-project.js';
import type { Workbench } from '../opened/workbench.js';
import { eventStream } from './events.js';

export function projectHandlers(workbench: Workbench): Handlers {
  return {
    listProjects: () => ({ home: workbench.home, projects: workbench.list() }),
    createProject: async ({ body }) => describe(await workbench.create(body.name, body.classes)),
    getProject: async ({ params }) => describe(await workbench.get(params.project)),
    changeProject: async ({ params, body }) => {
      const open = await workbench.get(params.project);
      if (body.name !== undefined) open.project = save({ ...open.project, name: body.name });
      return describe(open);
    },
    events: async ({ params, context }) => eventStream(context, await workbench.get(params.project)),
    addClass: async ({ params, body }) => {
      const open = await workbench.get(params.project);
      addClass(open, body.name);
      open.changed();
      return describe(open);
    },
    renameClass: async ({ params, body }) => {
      const open = await workbench.get(params.project);
      const change = renameClass(open, params.class, body.name);
      open.changed();
      return change;
    },
    removeClass: async ({ params }) => {
      const open = await workbench.get(params.project);
      const change = removeClass(open, params.class);
      open.changed();
      return change;
    },
    getSplit: async ({ params }) => splitOf(await workbench.get(params.project)),
    changeSplit: async ({ params, body }) => {
      const open = await workbench.get(params.project);
      writeSplit(open.project, open.scan(), body);
      open.changed();
      return splitOf(open);
    },
    getHealth: async ({ params }) => healthOf(await workbench.get(params.project)),
  };
}

export function describe(open: OpenProject): Project {
  const { project, id, opened } = open;
  const { clips, classes, revision } = open.scan();
  const counts = new Map(
    classes.map((name) => [name, { clips: 0, people: new Set<string>(), train: 0, validation: 0 }]),
  );
  for (const clip of clips) {
    const count = counts.get(clip.class);
    if (count === undefined) continue;
    count.clips++;
    count.people.add(clip.person ?? NOBODY);
    if (clip.part !== undefined) count[clip.part]++;
  }
  return {
    ...{ id, name: project.name, folder: project.folder, opened, missing: false },
    layout: project.layout,
    editable: project.layout === 'folders',
    clipsFolder: project.clips,
    frameRate: project.frameRate,
    classes: Array.from(counts, ([name, { people, ...count }]) => ({ name, ...count, people: people.size })),
    people: peopleIn({ clips })
      .filter(({ name }) => name !== NOBODY)
      .map(({ name, clips: own, part }) => ({ name, clips: own, part: part ?? null })),
    clips: clips.length,
    recordings: listRecordings(project).length,
    revision,
    limits: { uploadBytes: UPLOAD_LIMIT, clips: MOST_CLIPS },
  };
}

function splitOf(open: OpenProject): Split {
  const scan = open.scan();
  const { clips, classes, gone, listed, faults } = scan;
  const usable = clips.filter(({ problem }) => problem === undefined);
  const unlisted = usable.filter(({ part }) => part === undefined).length;
  const paths = {
    train: 'train.csv',
    validation: 'validation.csv',
    labels: 'labels.csv',
    ...open.project.lists,
  };
  return {
    people: peopleIn(scan).map(({ name, clips: own, part }) => ({ name, clips: own, part: part ?? 'train' })),
    classes: classes.map((name) => {
      const own = clips.filter((clip) => clip.class === name);
      const of = (part: string) => own.filter((clip) => clip.part === part).length;
      return { name, train: of('train'), validation: of('validation') };
    }),
    unlisted,
    gone,
    written: listed.train && listed.validation && faults.length === 0 && unlisted === 0 && gone === 0,
    files: { train: paths.train, validation: paths.validation ?? '', labels: paths.labels ?? '' },
    command: splitCommand(scan),
  };
}

function healthOf(open: OpenProject): Health {
  const scan = open.scan();
  const measured = measuredOf(open.project, scan);
  return {
    checked: measured.checked ?? null,
    stale: measured.stale,
    labelsChecked: measured.labels?.checked ?? null,
    findings: findingsOf(open.project, scan, measured),
  };
}
