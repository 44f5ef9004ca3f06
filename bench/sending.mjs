// Estimates how long 8 and 64 GPUs take to exchange gradients, from assumptions about their network. Shared by the programs that
// calculate scaling.

export const assumed = {
  /** Bytes per second of a ring all-reduce between neighbours: NVLink within a host, one 200 Gbit/s adapter between hosts. */
  bandwidth: { inside: 150e9, between: 20e9 },
  /** Latency in seconds between neighbours: NCCL within and between hosts, TCP between CPUs. */
  latency: { inside: 5e-6, between: 15e-6, tcp: 40e-6 },
  gpusInHost: 8,
  /** Bytes of the first bucket of gradients, and at most of each other one. No backward computation remains to hide the last one. */
  buckets: { first: 2 ** 20, others: 25 * 2 ** 20 },
  /** Small all-reduces over Gloo in every step: loss and counts. */
  sums: 1,
};

/** Seconds that a ring all-reduce of this many bytes takes (Patarasuk and Yuan 2009). */
const ring = (
  /** @type {number} */ n,
  /** @type {number} */ bytes,
  /** @type {number} */ bandwidth,
  /** @type {number} */ latency,
) => 2 * (n - 1) * (bytes / n / bandwidth + latency);

/** Seconds in which so many GPUs average so many bytes. @param {number} gpus @param {number} bytes */
export function sendingBytes(gpus, bytes) {
  const where = gpus > assumed.gpusInHost ? 'between' : 'inside';
  return ring(gpus, bytes, assumed.bandwidth[where], assumed.latency[where]);
}

/** Seconds of the loss and the counts of a step. @param {number} gpus */
export const sendingSums = (gpus) =>
  assumed.sums * ring(gpus, 8, Number.POSITIVE_INFINITY, assumed.latency.tcp);
