/** The cost of every registered network, for the pages that compare them. */

import { entryCost } from '../../model/cost/cost.js';
import { networks } from '../../model/registry.js';
import type { SiteNetwork } from './protocol.js';

/** @param classes number of classes */
export const siteNetworks = (classes: number): SiteNetwork[] =>
  networks.map((entry) => {
    const { name, family, summary, input } = entry;
    return { name, family, summary, input, ...entryCost(entry, classes) };
  });
