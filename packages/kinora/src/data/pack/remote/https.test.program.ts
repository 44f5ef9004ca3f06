/** For the test of HTTPS: reads a pack's clips from an address and prints them, or the error's code and message. */
import { defaultSpec } from '@kinora/clip';
import { clipLoader } from '../../load/loader.js';
import { readPack } from '../read-pack.js';

const [url = '', cache = ''] = process.argv.slice(2);
try {
  const list = readPack(url, { cache, block: 4096 });
  const spec = { ...defaultSpec(list.labels), frames: 4, stride: 1, crop: { height: 24, width: 24 } };
  const loader = clipLoader({ list, spec, batchSize: 4, workers: 1 });
  const seen: number[] = [];
  for await (const { indices, clips } of loader.epoch(0))
    if (clips.some((byte) => byte > 0)) seen.push(...indices);
  await loader.close();
  console.log(JSON.stringify({ seen }));
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  console.log(JSON.stringify({ code, message }));
}
