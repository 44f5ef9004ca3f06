// The documentation site. scripts/docs/stage.mjs copies this folder to .cache/docs/source, where paths begin, and puts the pages
// and `contents.json`, the site's navigation, beside it.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { slug } from '../../../../scripts/docs/links.mjs';

const { sidebar, nav } = JSON.parse(readFileSync(new URL('contents.json', import.meta.url), 'utf8'));

export default defineConfig({
  title: 'Kinora',
  description: 'Train, explain and ship 3D convolutional networks for video, in TypeScript.',
  base: process.env.KINORA_DOCS_BASE ?? '/',
  head: [
    ['link', { rel: 'icon', href: `${process.env.KINORA_DOCS_BASE ?? '/'}icon.svg`, type: 'image/svg+xml' }],
  ],
  cacheDir: '../vite',
  outDir: '../site',
  metaChunk: true,
  markdown: {
    anchor: { slugify: slug },
    headers: { slugify: slug },
    toc: { slugify: slug },
    theme: { light: 'github-light', dark: 'github-dark' },
    languageAlias: { sbatch: 'sh', dockerfile: 'docker' },
  },
  themeConfig: {
    siteTitle: 'Kinora',
    nav,
    sidebar,
    outline: { level: [2, 3], label: 'On this page' },
    search: {
      provider: 'local',
      options: {
        miniSearch: { searchOptions: { boost: { title: 4, text: 2, titles: 1 }, fuzzy: 0.15, prefix: true } },
        // The text of source files is for reading along, not for searching.
        _render: (text, env, markdown) =>
          env.frontmatter?.search === false || env.relativePath.startsWith('source/')
            ? ''
            : markdown.render(text, env),
      },
    },
    docFooter: { prev: 'Previous', next: 'Next' },
    footer: { message: 'Apache-2.0' },
  },
});
