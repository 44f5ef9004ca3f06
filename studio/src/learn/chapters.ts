/** The chapters: their text from docs/tutorial, in the order of its file names, and where their figures come from. */
import type { Component } from 'svelte';
import type { ChapterText } from './chapter-text.js';

export type Figures = Readonly<Record<string, Component>>;

export interface Chapter {
  readonly number: number;
  /** The last part of the address: `#/learn/<slug>`. */
  readonly slug: string;
  readonly text: ChapterText;
  /** The components for the text's figure marks, loaded with the chapter. */
  readonly figures: () => Promise<{ figures: Figures }>;
}

const FIGURES: Record<string, Chapter['figures']> = {
  'pixels-to-features': () => import('./pixels/figures.js'),
  'why-time': () => import('./two-clips/figures.js'),
  'convolution-in-space-and-time': () => import('./space-time/figures.js'),
  'small-parts': () => import('./small-parts/figures.js'),
  training: () => import('./training/figures.js'),
  alternatives: () => import('./alternatives/figures.js'),
  'memory-and-cost': () => import('./memory/figures.js'),
  ensembles: () => import('./ensembles/figures.js'),
  'the-whole-network': () => import('./whole-network/figures.js'),
  playground: () => import('./playground/figures.js'),
};

const texts = import.meta.glob<ChapterText>('../../../docs/tutorial/[0-9]*.md', {
  eager: true,
  import: 'default',
});

export const chapters: readonly Chapter[] = Object.entries(texts)
  .map(([path, text]) => chapterOf(path, text))
  .sort((a, b) => a.number - b.number);

function chapterOf(path: string, text: ChapterText): Chapter {
  const [, number, slug] = path.match(/(\d+)-([a-z0-9-]+)\.md$/) as unknown as [string, string, string];
  const figures = FIGURES[slug];
  if (figures === undefined) throw new Error(`${path}: no figures are listed for it`);
  return { number: Number(number), slug, text, figures };
}
