// GPU utilisation while something runs: the share of time in which a kernel ran, as nvidia-smi reports it, sampled twice a
// second, and the peak of memory in use. Does nothing if nvidia-smi is not installed.
import { spawn } from 'node:child_process';

/**
 * @template T
 * @param {string} device @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, busy?: number, peakMiB?: number }>} `busy` is a mean in percent
 */
export async function watching(device, work) {
  if (!device.startsWith('cuda')) return { result: await work() };
  const number = device.split(':')[1] ?? '0';
  const query = ['--query-gpu=utilization.gpu,memory.used', '--format=csv,noheader,nounits', '-lms', '500'];
  const child = spawn('nvidia-smi', ['-i', number, ...query], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  try {
    const result = await work();
    const samples = text.split('\n').flatMap((line) => {
      const [busy, memory] = line.split(',').map(Number);
      return busy === undefined || memory === undefined || Number.isNaN(memory) ? [] : [{ busy, memory }];
    });
    if (samples.length === 0) return { result };
    const busy = samples.reduce((sum, sample) => sum + sample.busy, 0) / samples.length;
    return { result, busy, peakMiB: Math.max(...samples.map(({ memory }) => memory)) };
  } finally {
    child.kill();
    await ended;
  }
}
