/** What every registered network costs, for the pages that compare them. */
import type { NetworkEntry } from '../../model/network.js';
import { networks } from '../../model/registry.js';
import { networkCost } from '../../model/summary.js';
import type { SiteNetwork } from './protocol.js';

/** @param classes classes of the last layers */
export function siteNetworks(classes: number): SiteNetwork[] {
  return networks.map((entry) => costOf(entry, classes));
}

function costOf({ name, summary, input, build }: NetworkEntry, classes: number): SiteNetwork {
  const network = build(classes, input);
  try {
    return { name, summary, input, ...networkCost(network, input) };
  } finally {
    network.dispose();
  }
}
