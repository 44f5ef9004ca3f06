// The reference of the command line: a page for each command, from the descriptions that `--help` prints.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @typedef {import('commander').Command} Command */
/** @typedef {{ name: string, summary: string, text: string }} CommandPage `text` is Markdown */

/** @param {string} root @returns {Promise<CommandPage[]>} in the order of `kinora --help` */
export async function commandPages(root) {
  const built = pathToFileURL(join(root, 'packages', 'kinora', 'dist', 'cli', 'commands.js'));
  /** @type {{ COMMANDS: { name: string, summary: string, load: () => Promise<Command> }[] }} */
  const { COMMANDS } = await import(built.href);
  return Promise.all(
    COMMANDS.map(async ({ name, summary, load }) => ({
      name,
      summary,
      text: pageOf(await load(), 'kinora'),
    })),
  );
}

/** The list of the commands. @param {readonly CommandPage[]} pages */
export function commandIndex(pages) {
  const rows = pages.map(({ name, summary }) => `| [\`kinora ${name}\`](${name}.md) | ${cell(summary)} |`);
  return `# Commands

Every command of \`kinora\`, with its arguments, options and examples: what \`kinora COMMAND --help\` prints. In a clone of the repository, write
\`npm run kinora -- COMMAND\`.

| command | what it does |
|---|---|
${rows.join('\n')}

Flags can be spelled with dashes or underscores (\`--init-from\`, \`--init_from\`). A flag with \`[bool]\` needs no value: \`--resume\`,
\`--resume=true\` and \`--resume True\` are the same. Errors take one line and exit with a status other than 0; \`--debug\` adds the stack.
`;
}

/** @param {Command} command @param {string} parent @param {number} [level] of its heading */
export function pageOf(command, parent, level = 1) {
  const help = command.createHelp();
  const name = `${parent} ${command.name()}`;
  const flags = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const nested = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  /** @type {string[]} */
  const parts = [
    `${'#'.repeat(level)} ${name}`,
    prose(help.commandDescription(command)),
    fenced(`${name} ${command.usage()}`),
    ...table(
      'argument',
      help
        .visibleArguments(command)
        .map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)]),
    ),
    ...table(
      'option',
      flags.map((option) => [help.optionTerm(option), help.optionDescription(option)]),
    ),
    ...after(command),
    ...nested.map((each) => pageOf(each, name, level + 1)),
  ];
  return parts.join('\n\n');
}

/** What `--help` prints below the options: notes, and examples. @param {Command} command @returns {string[]} */
function after(command) {
  let text = '';
  const write = (/** @type {string} */ more) => {
    text += more;
  };
  // commander's way to what addHelpText added, which its types do not show
  const emitter = /** @type {import('node:events').EventEmitter} */ (/** @type {unknown} */ (command));
  emitter.emit('afterHelp', { error: false, command, write });
  const [notes = '', ...examples] = text.split(/^Examples?:$/m);
  return [
    ...notes
      .trim()
      .split(/\n{2,}/)
      .filter(Boolean)
      .map(block),
    ...examples.map((lines) => `**Examples**\n\n${fenced(lines.replace(/^ {2}(\$ )?/gm, '').trim())}`),
  ];
}

/** Lines that are indented or aligned are shown as they are. @param {string} text */
const block = (text) => (/^ {2}|\S {2,}\S/m.test(text) ? `\`\`\`text\n${text}\n\`\`\`` : prose(text));

/** @param {string} code */
const fenced = (code) => `\`\`\`sh\n${code}\n\`\`\``;

/** @param {string} head @param {readonly string[][]} rows @returns {string[]} */
function table(head, rows) {
  if (rows.length === 0) return [];
  const lines = rows.map(
    ([term = '', text = '']) => `| \`${term.replaceAll('|', '\\|')}\` | ${cell(text)} |`,
  );
  return [`| ${head} | |\n|---|---|\n${lines.join('\n')}`];
}

/** @param {string} text */
const cell = (text) => prose(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Outside of code, angle brackets would be HTML and braces Vue's. @param {string} text */
export const prose = (text) =>
  text.replace(/`[^`]*`|[<>{}*_]/g, (found) => (found.startsWith('`') ? found : `&#${found.charCodeAt(0)};`));
