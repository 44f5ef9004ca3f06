declare module '*.md' {
  import type { ChapterText } from './learn/chapter-text.js';

  const text: ChapterText;
  export default text;
}
