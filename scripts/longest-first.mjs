// The order in which test files run: those that take longest first, so that two workers end together. On a clean checkout
// vitest has no times of earlier runs and starts with the largest files, which are not the slowest.
import { BaseSequencer } from 'vitest/node';

/** By what files launch, the most expensive kind first: browsers, compilers, many processes, whole networks. */
const KINDS = [
  /^studio\/test\//,
  /\/cli\/(train|help|networks|tutorial)\.test/,
  /(install\/addon|scripts\/examples)\.test/,
  /\/(cli|distributed|ranks)\//,
  /\.parity\.test/,
  /\/(compare|crossval|ensemble|sweep|export|model)\//,
  /\/recognizer\//,
];

export default class LongestFirst extends BaseSequencer {
  /** @override @param {import('vitest/node').TestSpecification[]} files */
  async sort(files) {
    const largest = await super.sort(files);
    const kind = ({ moduleId = '' }) => {
      const path = moduleId.slice(this.ctx.config.root.length + 1);
      const found = KINDS.findIndex((pattern) => pattern.test(path));
      return found < 0 ? KINDS.length : found;
    };
    return largest.sort((a, b) => kind(a) - kind(b));
  }
}
