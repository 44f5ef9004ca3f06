/** One side of a store between two processes: "keep" serves one and prints its port; "use PORT" connects and waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { distributed } from '../index.js';

const [role, port = '0'] = process.argv.slice(2);
const isServer = role === 'keep';
const store = await distributed.Store.tcp({ host: '127.0.0.1', port: Number(port), isServer });
process.stdout.write(isServer ? `port ${store.port}\n` : 'connected\n');
await sleep(isServer ? 60_000 : 1500);
process.stdout.write('still here\n');
store.close();
process.stdout.write('closed\n');
