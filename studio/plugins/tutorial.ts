/**
 * Converts the Markdown of docs/tutorial to the chapters of the Learn room when the app is built. The comment
 * `<!-- figure: name -->` marks the position of a figure; readers of the plain file do not see it.
 */
import { marked } from 'marked';
import type { Plugin } from 'vite';
import type { ChapterText, TextBlock } from '../src/learn/chapter-text.js';

const FIGURE = /<!-- figure: ([a-z0-9-]+) -->/;

export function tutorial(): Plugin {
  return {
    name: 'tutorial-text',
    enforce: 'pre',
    transform(source, id) {
      if (!id.endsWith('.md')) return null;
      return { code: `export default ${JSON.stringify(chapterText(source, id))};`, map: null };
    },
  };
}

/** The first line is the title, the first paragraph the summary. Throws if a file has another form. */
export function chapterText(source: string, file: string): ChapterText {
  const match = source.match(/^# (?:\d+\. )?(.+)\n\n([\s\S]+?)\n\n([\s\S]*)$/);
  if (match === null) throw new Error(`${file}: expected a title, a summary and text`);
  const [, title, summary, body] = match as unknown as [string, string, string, string];
  const parts = body.split(FIGURE);
  const blocks = parts.map((part, i): TextBlock => (i % 2 === 1 ? { figure: part } : { html: render(part) }));
  return {
    title,
    summary: keepPercentTogether(summary.replace(/\s+/g, ' ')),
    blocks: blocks.filter((block) => 'figure' in block || block.html !== ''),
  };
}

/** Links between chapters stay inside the app. */
function render(markdown: string): string {
  const html = marked.parse(markdown, { async: false }).trim();
  return keepPercentTogether(html).replace(/href="\.\/\d+-([a-z0-9-]+)\.md"/g, 'href="#/learn/$1"');
}

/** Prevents a line break between a number and its percent sign. */
const keepPercentTogether = (text: string): string => text.replace(/(\d) %/g, '$1\u00a0%');
