// The entry of a package as its users load it: all of its modules in a few files, since opening hundreds of small ones takes
// longer than running them. The single modules stay beside it, for the command line, threads and tests.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Into dist/entry. What npm installs stays outside, but for `builtIn`: packages that are mostly unused, of which only what
 * is used is taken, with their licences.
 * @param {string} folder of the package @param {readonly string[]} names of entries in src @param {readonly string[]} [builtIn]
 * @returns {import('esbuild').BuildOptions}
 */
export function entryBundle(folder, names, builtIn = []) {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const packages = Object.keys({ ...dependencies, ...optionalDependencies });
  return {
    entryPoints: names.map((name) => join(folder, 'src', `${name}.ts`)),
    outdir: join(folder, 'dist', 'entry'),
    bundle: true,
    splitting: true,
    external: packages.filter((name) => !builtIn.includes(name)),
    banner: { js: builtIn.map(notice).join('\n') },
    plugins: [keepPlaces(join(folder, 'src'))],
  };
}

/** @param {string} name */
function notice(name) {
  const text = readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8').trim();
  return `/*! Contains parts of ${name}:\n${text}\n*/`;
}

/**
 * Modules find threads and files relative to themselves; in the bundle too, relative to their original place.
 * @param {string} src @returns {import('esbuild').Plugin}
 */
function keepPlaces(src) {
  return {
    name: 'keep-places',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!path.startsWith(src)) return undefined;
        const place = `../${relative(src, path).replace(/\.ts$/, '.js')}`;
        const here = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
        return { loader: 'ts', contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', here) };
      });
    },
  };
}
