// Checks that the files which comments name are in the tree: `loop.ts`, `scripts/golden_nn.py`, `docs/decisions/0113`. A
// file that moves leaves such a name behind, and nothing else notices.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../packages/torch/install/index.mjs';

/** Sources whose comments are read. */
const READ = /[.](ts|mjs|cc|h)$/;

/** `loop.ts`, `scripts/golden_nn.py`, `docs/decisions/0113`. A name after a star, a dollar or a brace is a pattern. */
const NAME =
  /(?<![\w.\-/*${}<>@:~])(?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*[.](?:ts|mjs|py|cc|svelte)|docs\/decisions\/\d{4})(?![\w(-]|[.]\w|\/)/g;

/** Files of other projects, which comments name as their sources. */
const ELSEWHERE = new Set([
  // the tutorial, TRN, TSM, NumPy, TensorFlow
  'train.py',
  'TRNmodule.py',
  'ops/temporal_shift.py',
  'numpy/lib/format.py',
  'histogram.cc',
  'record_writer.cc',
  // thop, which counts operations
  'count_hooks.py',
  // Python and PyTorch
  '__init__.py',
  'Lib/pickle.py',
  'Lib/pickletools.py',
  'torch/_tensor_str.py',
  'torch/_utils.py',
  'torch/_weights_only_unpickler.py',
  'torch/serialization.py',
]);

/**
 * The comments of a source, in order, each with the number of its first line. Strings are skipped, because an address
 * in a string is not a comment.
 * @param {string} source @returns {{ line: number, text: string }[]}
 */
export function commentsOf(source) {
  const token = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`/g;
  return [...source.matchAll(token)]
    .filter(([text]) => text.startsWith('//') || text.startsWith('/*'))
    .map(({ 0: text, index }) => ({ line: source.slice(0, index).split('\n').length, text }));
}

/** The files that a text names. @param {string} text @returns {string[]} */
export const filesNamed = (text) => text.match(NAME) ?? [];

/**
 * Whether a name refers to a file: by its whole path, the end of a path, or the beginning of a numbered page's.
 * @param {string} name @param {ReadonlySet<string>} files paths in the tree, and every end of each
 */
export const isThere = (name, files) => files.has(name) || ELSEWHERE.has(name);

/** @param {readonly string[]} paths @returns {Set<string>} */
export function namesOf(paths) {
  const names = new Set();
  for (const path of paths) {
    const parts = path.split('/');
    for (let i = 0; i < parts.length; i++) names.add(parts.slice(i).join('/'));
    const page = /^docs\/decisions\/\d{4}/.exec(path);
    if (page) names.add(page[0]);
  }
  return names;
}

/** @param {string} root @returns {Promise<import('./steps.mjs').Result>} */
export async function checkComments(root) {
  const { stdout } = await run('git', ['ls-files'], { cwd: root });
  const paths = stdout.split('\n').filter(Boolean);
  const names = namesOf(paths);
  const failed = paths
    .filter((path) => READ.test(path))
    .flatMap((path) =>
      commentsOf(readFileSync(join(root, path), 'utf8')).flatMap(({ line, text }) =>
        filesNamed(text)
          .filter((name) => !isThere(name, names))
          .map((name) => `${path}:${line}: a comment names ${name}, which is not in the tree`),
      ),
    );
  return { passed: failed.length === 0 ? 1 : 0, failed, skipped: [] };
}
