/** `kinora completion`: a script that completes commands, flags, networks, keys and run folders in bash, zsh or fish. */
import { Argument, Command, type Option } from 'commander';
import { keyReference } from '../config/reference.js';
import { networks } from '../model/registry.js';
import { shellQuote } from '../shell.js';
import { BooleanOption } from './terminal/options.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const EXAMPLES = `
The script matches this release; print it again after an update.

Examples:
  $ kinora completion bash > ~/.local/share/bash-completion/completions/kinora
  $ kinora completion zsh > ~/.zfunc/_kinora    # with fpath+=(~/.zfunc) before compinit in ~/.zshrc
  $ kinora completion fish > ~/.config/fish/completions/kinora.fish`;

/** The commands of `kinora`. */
type Commands = readonly { name: string; summary: string; load: () => Promise<Command> }[];

export function completionCommand(commands: Commands): Command {
  return new Command('completion')
    .description('Print a script that completes commands, flags, networks, keys and run folders.')
    .addArgument(new Argument('<SHELL>', 'shell to complete in').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      process.stdout.write(WRITERS[shell](await describeCommands(commands)));
    });
}

/** Possible completions of a word: given values, a run folder (or another path), or a path. */
type Values = readonly string[] | 'run' | 'path' | 'any';

interface FlagEntry {
  /** `--top`, `-k`. */
  readonly names: readonly string[];
  readonly summary: string;
  /** Absent: the flag takes no value. */
  readonly values?: Values;
}

interface CommandEntry {
  /** `train`, `studio build`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly flags: readonly FlagEntry[];
  readonly words: Values;
}

async function describeCommands(commands: Commands): Promise<CommandEntry[]> {
  const entries = [];
  for (const { name, summary, load } of commands) {
    const command = await load();
    entries.push(describe([name], command, summary));
    for (const inner of command.commands)
      entries.push(describe([name, inner.name()], inner, inner.description()));
  }
  return entries;
}

function describe(path: readonly string[], command: Command, summary: string): CommandEntry {
  const flags = command.options.filter(({ hidden }) => !hidden).map(describeFlag);
  const help = { names: ['--help', '-h'], summary: 'show this help' };
  const [first] = command.registeredArguments;
  return { path, summary, flags: [...flags, help], words: first === undefined ? [] : valuesOf(first) };
}

function describeFlag(option: Option): FlagEntry {
  const names = [option.long, option.short].filter((name) => name !== undefined);
  const { description: summary } = option;
  if (option instanceof BooleanOption) return { names, summary, values: ['True', 'False'] };
  if (!option.required && !option.optional) return { names, summary };
  if (option.argChoices !== undefined) return { names, summary, values: option.argChoices };
  return { names, summary, values: /<(file|folder|path|list)>/.test(option.flags) ? 'path' : 'any' };
}

function valuesOf(argument: Argument): Values {
  const name = argument.name();
  if (argument.argChoices !== undefined) return argument.argChoices;
  if (name === 'RUN' || (name === 'CLIP' && argument.required)) return 'run'; // clips after a run, or alone
  if (name === 'KEY')
    return Object.values(keyReference())
      .flat()
      .map(({ key }) => key);
  return name === 'NETWORK' ? networks.map((network) => network.name) : 'path';
}

/** The commands inside a command, by its name. */
const innerOf = (commands: readonly CommandEntry[], name: string): string[] =>
  commands.flatMap(({ path }) => (path.length > 1 && path[0] === name ? [path[1]!] : []));

const outerOf = (commands: readonly CommandEntry[]): CommandEntry[] =>
  commands.filter(({ path }) => path.length === 1);

const takingValues = ({ flags }: CommandEntry): (FlagEntry & { values: Values })[] =>
  flags.filter((flag): flag is FlagEntry & { values: Values } => flag.values !== undefined);

function writeBash(commands: readonly CommandEntry[]): string {
  const reply = (values: Values): string => {
    if (values === 'run') return '_kinora_run';
    if (values === 'path') return '_kinora_path';
    return values === 'any' ? ':' : `_kinora_words ${shellQuote(values.join(' '))}`;
  };
  const names = outerOf(commands).map(({ path }) => path[0]!);
  const cases = commands.map((command) => {
    const { path, flags, words } = command;
    const values = takingValues(command).map(
      ({ names, values }) => `        ${names.join('|')}) ${reply(values)}; return ;;`,
    );
    const inner = path.length === 1 ? innerOf(commands, path[0]!) : [];
    const nested = inner.map((word) => `\n      [[ ${word} != "$cur"* ]] || COMPREPLY+=(${word})`);
    return `    ${shellQuote(path.join(' '))})
      case $prev in
${values.join('\n')}
        *) ;;
      esac
      if [[ $cur == -* ]]; then
        _kinora_words ${shellQuote(flags.flatMap(({ names }) => names).join(' '))}
        return
      fi
      ${reply(words)}${nested.join('')}
      ;;`;
  });
  const nests = commands
    .filter(({ path }) => path.length > 1)
    .map(({ path }) => `    ${shellQuote(path.join(' '))}) command=${shellQuote(path.join(' '))} ;;`);
  return `# bash completion for kinora, made by \`kinora completion bash\`.
_kinora_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_kinora_path() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$cur"))
}

_kinora_run() {
  local IFS=$'\\n' config
  COMPREPLY=($(
    {
      for config in "$cur"*/config.json "$cur"*/*/config.json; do
        [[ ! -f $config ]] || printf '%s\\n' "\${config%/config.json}"
      done
      compgen -f -- "$cur"
    } | sort -u
  ))
}

_kinora() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _kinora_words ${shellQuote([...names, 'help', '--help', '--version'].join(' '))}
    return
  fi
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${nests.join('\n')}
    *) ;;
  esac
  case $command in
${cases.join('\n')}
    help) _kinora_words ${shellQuote(names.join(' '))} ;;
    *) ;;
  esac
}

complete -o filenames -F _kinora kinora
`;
}

function writeZsh(commands: readonly CommandEntry[]): string {
  const text = (summary: string): string => summary.replaceAll(/[[\]:\\]/g, '\\$&');
  const action = (values: Values): string =>
    values === 'run'
      ? '_kinora_runs'
      : values === 'path'
        ? '_files'
        : values === 'any'
          ? ' '
          : `(${values.join(' ')})`;
  const spec = ({ names, summary, values }: FlagEntry): string[] =>
    names.map(
      (name) =>
        `'*'${shellQuote(`${name}[${text(summary)}]${values === undefined ? '' : `:value:${action(values)}`}`)}`,
    );
  const list = (entries: readonly CommandEntry[]): string =>
    entries.map(({ path, summary }) => shellQuote(`${path.at(-1)}:${text(summary)}`)).join(' ');
  const cases = commands.map((command) => {
    const { path, flags, words } = command;
    const lines = [...flags.flatMap(spec), `'*:word:${action(words)}'`].map((line) => `        ${line}`);
    const inner =
      path.length > 1 ? [] : commands.filter((each) => each.path.length > 1 && each.path[0] === path[0]);
    const nested =
      inner.length === 0 ? '' : `\n      if ((CURRENT == 2)); then _describe command "(${list(inner)})"; fi`;
    return `    ${shellQuote(path.join(' '))})${nested}
      _arguments -s \\
${lines.join(' \\\n')}
      ;;`;
  });
  const nests = commands
    .filter(({ path }) => path.length > 1)
    .map(
      ({ path }) =>
        `  if [[ $command == ${path[0]} && $words[2] == ${path[1]} ]]; then command='${path.join(' ')}'; shift words; ((CURRENT--)); fi`,
    );
  return `#compdef kinora
# zsh completion for kinora, made by \`kinora completion zsh\`.
_kinora_runs() {
  local -a folders=(*/config.json(N:h) */*/config.json(N:h))
  compadd -a folders
  _files
}

_kinora() {
  local -a commands=(${list(outerOf(commands))})
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
${nests.join('\n')}
  case $command in
${cases.join('\n')}
  esac
}

if [[ $funcstack[1] == _kinora ]]; then _kinora "$@"; else compdef _kinora kinora; fi
`;
}

function writeFish(commands: readonly CommandEntry[]): string {
  const quoted = (word: string): string => `'${word.replaceAll(/['\\]/g, '\\$&')}'`;
  const lines = outerOf(commands).map(
    ({ path, summary }) =>
      `complete -c kinora -f -n __fish_use_subcommand -a ${path[0]} -d ${quoted(summary)}`,
  );
  for (const { path, flags, words } of commands) {
    const [name, inner] = path;
    const others = inner === undefined ? innerOf(commands, name!) : [];
    const seen = `__fish_seen_subcommand_from ${inner ?? name}`;
    const condition = quoted(
      inner !== undefined
        ? `__fish_seen_subcommand_from ${name}; and ${seen}`
        : others.length > 0
          ? `${seen}; and not __fish_seen_subcommand_from ${others.join(' ')}`
          : seen,
    );
    const add = (rest: string): void => void lines.push(`complete -c kinora -n ${condition} ${rest}`);
    for (const word of others) add(`-f -a ${word}`);
    if (words === 'run') add(`-a '(path dirname -- */config.json */*/config.json 2>/dev/null)'`);
    else if (typeof words !== 'string') add(`-f -a ${quoted(words.join(' '))}`);
    for (const { names, summary, values } of flags) {
      const spelt = names.map((each) =>
        each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`,
      );
      const value =
        values === undefined
          ? ''
          : typeof values === 'string'
            ? values === 'path' || values === 'run'
              ? ' -r -F'
              : ' -x'
            : ` -x -a ${quoted(values.join(' '))}`;
      add(`${spelt.join(' ')}${value} -d ${quoted(summary)}`);
    }
  }
  return `# fish completion for kinora, made by \`kinora completion fish\`.\n${lines.join('\n')}\n`;
}

const WRITERS: Readonly<Record<Shell, (commands: readonly CommandEntry[]) => string>> = {
  bash: writeBash,
  zsh: writeZsh,
  fish: writeFish,
};
