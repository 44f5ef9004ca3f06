// What training on 8 and 64 GPUs should cost: `node bench/ranks-at-scale.mjs`. A calculation, not a measurement; every
// assumption stands in the table below, and bench/ranks.mjs measures what of it two processes on one machine can show.

const assumed = {
  /** Seconds of a step on one GPU, with nothing to wait for; a third of it is forward. */
  steps: [0.025, 0.1],
  /** 4 bytes each. */
  parameters: { ConvColumnSmall: 849_339, ConvColumn6: 3_886_883, ResNet3D_18: 33_200_000 },
  /** Bytes a second that a ring of all-reduce moves between neighbours: NVLink in a host, one 200 Gbit/s adapter between. */
  bandwidth: { inside: 150e9, between: 20e9 },
  /** Seconds from neighbour to neighbour: NCCL in a host and between hosts, TCP between CPUs. */
  latency: { inside: 5e-6, between: 15e-6, tcp: 40e-6 },
  gpusInHost: 8,
  /** Bytes of the first bucket of gradients, and of the others at most: the last one has no backward left to hide behind. */
  buckets: { first: 2 ** 20, others: 25 * 2 ** 20 },
  /** Small all-reduces over Gloo in every step: loss and counts. */
  sums: 1,
};

/** Seconds that a ring all-reduce of so many bytes takes (Patarasuk and Yuan 2009). */
const ring = (
  /** @type {number} */ n,
  /** @type {number} */ bytes,
  /** @type {number} */ bandwidth,
  /** @type {number} */ latency,
) => 2 * (n - 1) * (bytes / n / bandwidth + latency);

/** @param {number} bytes */
function lastBucket(bytes) {
  const { first, others } = assumed.buckets;
  return bytes <= first ? bytes : Math.min(bytes - first, others);
}

/** @param {number} gpus @param {number} parameters @param {number} step */
function efficiency(gpus, parameters, step) {
  const where = gpus > assumed.gpusInHost ? 'between' : 'inside';
  const send = (/** @type {number} */ bytes) =>
    ring(gpus, bytes, assumed.bandwidth[where], assumed.latency[where]);
  const sending = send(4 * parameters);
  const exposed = send(lastBucket(4 * parameters));
  const sums = assumed.sums * ring(gpus, 8, Number.POSITIVE_INFINITY, assumed.latency.tcp);
  const backward = (2 / 3) * step;
  return {
    hidden: step / (step + Math.max(exposed, sending - backward) + sums),
    bare: step / (step + sending + sums),
  };
}

const percent = (/** @type {number} */ share) => `${Math.floor(1000 * share) / 10} %`;
console.log(
  '| network | step on one GPU | GPUs | backward hides all but the last bucket | nothing hidden |\n|---|---:|---:|---:|---:|',
);
for (const [name, parameters] of Object.entries(assumed.parameters))
  for (const step of assumed.steps)
    for (const gpus of [8, 64]) {
      const { hidden, bare } = efficiency(gpus, parameters, step);
      console.log(`| ${name} | ${1000 * step} ms | ${gpus} | ${percent(hidden)} | ${percent(bare)} |`);
    }
