// What a platform package says about its contents: checksums of its files, a bill of materials (CycloneDX 1.6) and the terms of
// what is inside.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesIn } from '../../packages/torch/install/sources.mjs';
import { LIBTORCH_VERSION } from './manifest.mjs';
import { sha256Of } from './wheel.mjs';

const TERMS = fileURLToPath(new URL('terms/', import.meta.url));
const INTEL = 'Intel-Simplified-Software-License.txt';
const GCC = ['GPL-3.0.txt', 'GCC-exception-3.1.txt'];

/**
 * @typedef {object} Part something inside libtorch, or beside it
 * @property {string} name
 * @property {string} licence SPDX expression, or a name where there is none
 * @property {readonly string[]} texts files in the package
 * @property {string} [note]
 */

/**
 * Copies the licences of the wheel and those it lacks into the package, and lists what they belong to.
 * @param {string} folder of the package @param {import('./wheel.mjs').Wheel} wheel @param {readonly string[]} libraries
 * @returns {Part[]}
 */
export function partsOf(folder, wheel, libraries) {
  const licences = join(folder, 'licenses');
  mkdirSync(licences, { recursive: true });
  cpSync(join(wheel.info, 'licenses'), licences, { recursive: true });
  const inside = (/** @type {string} */ path) =>
    filesIn(join(licences, path)).map((name) => join('licenses', path, name));
  const bundled = readdirSync(join(licences, 'third_party')).sort();
  return [
    { name: 'PyTorch', licence: licenceOf(wheel.info), texts: ['licenses/LICENSE'] },
    ...bundled.map((name) => ({ name, licence: 'see its text', texts: inside(join('third_party', name)) })),
    ...extras(libraries, join(wheel.torch, 'lib')).map(({ terms, ...part }) => {
      for (const name of terms) cpSync(join(TERMS, name), join(licences, name));
      return { ...part, texts: terms.map((name) => `licenses/${name}`) };
    }),
  ];
}

/** What is in the libraries without a licence in the wheel. @param {readonly string[]} libraries @param {string} lib */
function extras(libraries, lib) {
  const mkl = libraries.some(
    (name) => /^libtorch_cpu\./.test(name) && readFileSync(join(lib, name)).includes('oneMKL'),
  );
  const gomp = libraries.find((name) => name.startsWith('libgomp'));
  const gfortran = libraries.find((name) => name.startsWith('libgfortran') || name.startsWith('libquadmath'));
  const runtime = 'GPL-3.0-or-later WITH GCC-exception-3.1';
  const sources = 'unmodified; its source is part of GCC, https://gcc.gnu.org/releases.html';
  return [
    ...(mkl
      ? [
          {
            name: 'Intel oneMKL (inside libtorch_cpu)',
            licence: 'Intel Simplified Software License',
            terms: [INTEL],
            note: 'unmodified',
          },
        ]
      : []),
    ...[gomp, gfortran]
      .filter((name) => name !== undefined)
      .map((name) => ({ name, licence: runtime, terms: GCC, note: sources })),
  ];
}

/** As the wheel's metadata has it. @param {string} info */
function licenceOf(info) {
  return (
    readFileSync(join(info, 'METADATA'), 'utf8').match(/^License-Expression: (.*)$/m)?.[1] ?? 'BSD-3-Clause'
  );
}

/** @param {string} name @param {readonly Part[]} parts @param {import('./wheel.mjs').Wheel} wheel */
export function thirdPartyPage(name, parts, wheel) {
  const from =
    wheel.source === null ? 'an installed torch package' : `PyTorch's wheel, SHA-256 ${wheel.source.sha256}`;
  const rows = parts.map(
    ({ name, licence, texts, note }) =>
      `| ${name} | ${licence}${note ? `; ${note}` : ''} | ${texts.map((text) => `\`${text}\``).join(', ')} |`,
  );
  return [
    `# ${name}: third-party terms`,
    '',
    `The libraries are those of torch ${LIBTORCH_VERSION}, unchanged, from ${from}. \`sbom.cdx.json\` lists them with their checksums.`,
    '',
    '| what | terms | text |',
    '|---|---|---|',
    ...rows,
    '',
    'Redistributions of oneMKL name further programs: https://pypi.org/project/mkl-include/ carries the list.',
    '',
  ].join('\n');
}

/**
 * @param {{ name: string, version: string, license: string }} manifest @param {string} folder of the package
 * @param {readonly string[]} files whose checksums it lists @param {readonly Part[]} parts
 * @param {import('./wheel.mjs').Wheel | null} wheel where libtorch came from
 */
export async function billOfMaterials({ name, version, license }, folder, files, parts, wheel) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const hashed = await Promise.all(
    files.map(async (file) => ({
      type: 'file',
      name: file,
      hashes: [{ alg: 'SHA-256', content: await sha256Of(join(folder, file)) }],
    })),
  );
  const torch = {
    type: 'library',
    name: 'torch',
    version: LIBTORCH_VERSION,
    purl: `pkg:pypi/torch@${LIBTORCH_VERSION}`,
    ...(wheel?.source ? { hashes: [{ alg: 'SHA-256', content: wheel.source.sha256 }] } : {}),
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'library',
        'bom-ref': purl,
        name,
        version,
        purl,
        licenses: [{ license: { name: license } }],
      },
    },
    components: [
      ...(wheel === null ? [] : [torch]),
      ...hashed,
      ...parts.map(({ name, licence }) => ({
        type: 'library',
        name,
        licenses: [{ license: { name: licence } }],
      })),
    ],
  };
}

/** As `sha256sum -c SHA256SUMS` reads it. @param {string} folder */
export async function writeChecksums(folder) {
  const names = filesIn(folder).filter((name) => name !== 'SHA256SUMS');
  const lines = await Promise.all(
    names.map(async (name) => `${await sha256Of(join(folder, name))}  ${relative('.', name)}`),
  );
  writeFileSync(join(folder, 'SHA256SUMS'), `${lines.join('\n')}\n`);
}
