/** For tests only: serves the project and the site of its arguments until it is killed, as `kinora studio` does, and prints its link. */
import { dirname, join } from 'node:path';
import { serveFolder } from '../static-server.js';
import { type WorkbenchServer, workbenchServer } from './server.js';

const [, , project = '', site = ''] = process.argv;
let bench: WorkbenchServer | undefined;
const server = await serveFolder(site, 0, {
  api: (port) => {
    bench = workbenchServer({ home: dirname(project), recent: join(dirname(project), 'recent.json') }, port);
    return bench.app;
  },
});
await bench!.workbench.openFolder(project);
process.stdout.write(`${server.url}?token=${bench!.token}\n`);
