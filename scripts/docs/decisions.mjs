// The index of the decision records by subject. A record names its subject on its first line: <!-- subject: data -->.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Subjects in the order of the index. */
export const SUBJECTS = /** @type {const} */ ({
  engine: 'Engine and installation',
  data: 'Clips and data',
  networks: 'Networks and training',
  speed: 'Speed and memory',
  distributed: 'Distributed training',
  results: 'Evaluation, ensembles and reports',
  export: 'Export and recognition',
  studio: 'The studio',
  project: 'The source and its checks',
});

/** @typedef {{ file: string, number: string, title: string, subject: keyof typeof SUBJECTS }} Decision */

/** @param {string} root @returns {Decision[]} by number @throws {Error} naming a record without a subject */
export function decisions(root) {
  const folder = join(root, 'docs', 'decisions');
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const subject = /^<!-- subject: (\w+) -->\n/.exec(text)?.[1];
      const title = /^# (.+)$/m.exec(text)?.[1];
      if (subject === undefined || !(subject in SUBJECTS))
        throw new Error(
          `docs/decisions/${file}: expected "<!-- subject: ${Object.keys(SUBJECTS).join('|')} -->" on the first line, received ${JSON.stringify(text.split('\n')[0])}`,
        );
      if (title === undefined) throw new Error(`docs/decisions/${file} has no title`);
      return {
        file,
        number: file.slice(0, 4),
        title,
        subject: /** @type {keyof typeof SUBJECTS} */ (subject),
      };
    });
}

/** The index as Markdown, below the heading of its page. @param {readonly Decision[]} records */
export function decisionIndex(records) {
  return Object.entries(SUBJECTS)
    .map(([subject, heading]) => {
      const rows = records.filter((record) => record.subject === subject);
      const lines = rows.map(({ number, title, file }) => `- [${title}](${file}) <small>${number}</small>`);
      return `## ${heading}\n\n${lines.join('\n')}\n`;
    })
    .join('\n');
}
