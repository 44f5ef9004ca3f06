/** The workbench of a server: its projects, and the app that answers for them. */
import type { Hono } from 'hono';
import { workbenchApp } from './api/app.js';
import { type Guard, newToken } from './api/guard.js';
import { clipHandlers } from './handlers/clips.js';
import { projectHandlers } from './handlers/projects.js';
import { runHandlers } from './handlers/runs.js';
import { trainingHandlers } from './handlers/training.js';
import { Workbench, type WorkbenchOptions } from './opened/workbench.js';

export interface WorkbenchServer {
  readonly workbench: Workbench;
  readonly app: Hono;
  readonly token: string;
}

/** @param port of the server, which is known only when it listens */
export function workbenchServer(
  options: WorkbenchOptions & { readonly token?: string },
  port: Guard['port'],
): WorkbenchServer {
  const workbench = new Workbench(options);
  const token = options.token ?? newToken();
  const handlers = {
    ...projectHandlers(workbench),
    ...clipHandlers(workbench),
    ...trainingHandlers(workbench),
    ...runHandlers(workbench),
  };
  return {
    workbench,
    token,
    app: workbenchApp(handlers as Parameters<typeof workbenchApp>[0], { token, port }),
  };
}
