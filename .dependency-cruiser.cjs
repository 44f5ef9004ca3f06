/**
 * Which way imports may point. A clip becomes a label along the chain below; a stage imports from itself and from the
 * stages before it, never from a later one. @kinora/torch knows nothing of kinora. Nothing imports in circles.
 */
const CHAIN = [
  'files',
  'config',
  'figures',
  'data',
  'model',
  'run',
  'measure',
  'report',
  'train',
  'predict',
  'trials',
  'compare',
  'crossval',
  'ensemble',
  'sweep',
  'export',
  'project',
  'serve',
  'cli',
];
const SOURCE = '^packages/kinora/src';

const forward = CHAIN.slice(0, -1).map((stage, index) => ({
  name: `${stage}-imports-nothing-later`,
  comment: `${stage} comes before ${CHAIN.slice(index + 1).join(', ')}`,
  severity: 'error',
  from: { path: `${SOURCE}/${stage}/` },
  to: { path: `${SOURCE}/(${CHAIN.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...forward,
    {
      name: 'every-folder-has-a-place',
      comment: 'a folder beside those of the chain has no rule; give it a place in CHAIN',
      severity: 'error',
      from: { path: `${SOURCE}/[^/]+/`, pathNot: `${SOURCE}/(${CHAIN.join('|')})/` },
      to: {},
    },
    {
      name: 'index-is-for-outsiders',
      comment: 'the table of contents is for users of the package; inside it, import the file itself',
      severity: 'error',
      from: { path: '^packages/(clip|torch|kinora)/src/', pathNot: '[.]test[.]' },
      to: { path: '^packages/$1/src/index[.]ts$' },
    },
    {
      name: 'torch-knows-nothing-of-video',
      severity: 'error',
      from: { path: '^packages/torch/' },
      to: { path: '^(packages/(clip|kinora)/|node_modules/(kinora|@kinora/clip)/)' },
    },
    {
      name: 'clip-stands-alone',
      comment: 'it runs in browsers and in worker threads: no package, nothing of Node',
      severity: 'error',
      from: { path: '^packages/clip/src/', pathNot: '[.]test[.]' },
      to: { pathNot: '^packages/clip/src/' },
    },
    {
      name: 'recognizer-shares-only-decoding',
      comment:
        "it must not need the trainer: in Node it builds in the trainer's decoding of files, and nothing else of it",
      severity: 'error',
      from: { path: '^packages/recognizer/src/', pathNot: '[.]test[.]' },
      to: {
        path: '^packages/(kinora|torch)/|^node_modules/(kinora|@kinora/torch)/',
        pathNot: '^packages/kinora/src/data/(decode/|open[.]ts$)',
      },
    },
    {
      name: 'studio-uses-what-is-published',
      comment:
        'the pages stand on @kinora/clip, @kinora/recognizer, the protocol of the site, the client of the workbench and the theory of votes, as any app would',
      severity: 'error',
      from: { path: '^studio/src/' },
      to: {
        path: '^(packages|bench|scripts)/',
        pathNot:
          '^packages/(clip|torch|recognizer)/dist/|^packages/kinora/dist/(serve/site/protocol|serve/workbench/api/client|ensemble/votes)[.]',
      },
    },
    {
      name: 'bench-measures-what-is-built',
      comment:
        'built files only: what is timed is what users run. Steps of training have no entry, so it reaches into dist',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^(packages/[^/]+/src|studio)/' },
    },
    {
      name: 'examples-use-what-is-published',
      comment: 'a reader copies them: entries of packages and modules of Node, nothing else',
      severity: 'error',
      from: { path: '^examples/' },
      to: {
        path: '^(packages|studio|bench|scripts|node_modules)/',
        pathNot: '^packages/[^/]+/dist/(index|node)[.]d[.]ts$',
      },
    },
    {
      name: 'nothing-stands-on-benchmarks-or-pages',
      severity: 'error',
      from: { path: '^(packages|scripts)/' },
      to: { path: '^(bench|studio|examples)/' },
    },
    {
      name: 'no-cycles',
      comment:
        'a circle of types counts: two files that need each other are one subject, or want a third below both',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-resolve',
      comment: 'React is an optional peer of the recognizer: those who use its hook have it',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^react$' },
    },
    {
      name: 'only-declared-dependencies',
      comment: 'the published package would miss it: list it in the dependencies of that package',
      severity: 'error',
      from: { path: '^packages/[^/]+/(src|install)/', pathNot: '[.]test[.]' },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'undetermined'],
        // What the recognizer uses of onnxruntime-web is copied into it; onnxruntime-node is an optional peer.
        pathNot: '^packages/[^/]+/dist/|^node_modules/onnxruntime-(web|node)/',
      },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: ['[.]test[.]', '^bench/'] },
      to: { path: '[.]test[.]' },
    },
    {
      name: 'benches-take-only-tools-of-tests',
      severity: 'error',
      from: { path: '^bench/', pathNot: '[.]test[.]' },
      to: { path: '[.]test[.]', pathNot: '[.]test[.]util[.]' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/', '/build/'] },
    // bench/tfjs is a package of its own, installed by hand.
    exclude: { path: ['/build/', '^bench/tfjs/'] },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'node', 'types'],
    },
  },
};
