/** `kinora doctor`: what is installed, where, and how to install what is missing. */
import { KinoraError } from '@kinora/torch';
import { PLATFORM_NAMES } from '@kinora/torch/install';
import { Command } from 'commander';
import colours from 'picocolors';
import { type DoctorFact, doctorReport } from './doctor-facts.js';

export { type DoctorFact, doctorReport } from './doctor-facts.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Check what Kinora depends on: Node, libtorch, CUDA, BLAS, FFmpeg; and show how to install what is missing.',
    )
    .option('--json', 'print the facts as JSON')
    .addHelpText('after', '\nExample:\n  $ kinora doctor')
    .action(async ({ json }: { json?: boolean }) => {
      const facts = await doctorReport();
      process.stdout.write(json ? `${JSON.stringify(facts, null, 2)}\n` : doctorText(facts, isTerminal()));
      failIfMissing(facts);
    });
}

/** The report as lines: with ticks and colours in a terminal, with words elsewhere. */
export function doctorText(facts: readonly DoctorFact[], terminal: boolean): string {
  const width = Math.max(...facts.map(({ name }) => name.length));
  return facts.map((fact) => `${factLines(fact, width, terminal).join('\n')}\n`).join('');
}

const TICKS = { ok: '✓', absent: '–', missing: '✗' } as const;
const COLOURS = { ok: 'green', absent: 'yellow', missing: 'red' } as const;

function factLines(fact: DoctorFact, width: number, terminal: boolean): string[] {
  const paint = colours.createColors(terminal);
  const mark = paint[COLOURS[fact.status]](terminal ? TICKS[fact.status] : fact.status.padEnd(7));
  const where = fact.where === undefined ? '' : `  ${paint.dim(fact.where)}`;
  const margin = ' '.repeat((terminal ? 1 : 7) + 1 + width + 2);
  const ways = howToLines(fact).map((line) => `${margin}${paint.dim(line)}`);
  return [`${mark} ${fact.name.padEnd(width)}  ${fact.value}${where}`, ...ways];
}

/** One line a way, with the platform's name before its first. */
function howToLines({ howTo = {} }: DoctorFact): string[] {
  const entries = Object.entries(howTo) as [keyof typeof PLATFORM_NAMES, string[]][];
  const width = Math.max(0, ...entries.map(([platform]) => PLATFORM_NAMES[platform].length));
  return entries.flatMap(([platform, ways]) =>
    ways.map((way, index) => `${(index === 0 ? PLATFORM_NAMES[platform] : '').padEnd(width)}  ${way}`),
  );
}

function failIfMissing(facts: readonly DoctorFact[]): void {
  const missing = facts.filter(({ status }) => status === 'missing').map(({ name }) => name);
  if (missing.length === 0) return;
  throw new KinoraError({
    code: 'doctor/missing',
    expected: 'everything that Kinora needs',
    received: `a machine without a working ${missing.join(', ')}`,
    hint: 'the report shows how to install it',
  });
}

function isTerminal(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}
