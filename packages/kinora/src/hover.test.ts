/** What an editor shows when it points at the public API: TypeScript's own answers, of the entry as it is written. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';

let checker: ts.TypeChecker;
let exported: ts.Symbol[];
beforeAll(() => {
  const config = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
  const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const options = ts.getParsedCommandLineOfConfigFile(config, {}, host)!.options;
  const program = ts.createProgram([entry], options);
  checker = program.getTypeChecker();
  exported = checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
});

const hoverText = (symbol: ts.Symbol): string =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker));

function propertiesOf(name: string): Map<string, string> {
  const symbol = exported.find((one) => one.name === name)!;
  const properties = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
  return new Map(properties.map((property) => [property.name, hoverText(property)]));
}

test.each(['RunConfig', 'RunConfigInput'])(
  'every key of %s shows its description and its default',
  (name) => {
    const keys = propertiesOf(name);
    expect(keys.size).toBeGreaterThan(60);
    expect([...keys].filter(([, text]) => text === '')).toEqual([]);
    expect(keys.get('batchSize')).toMatch(/Default: 100\.$/);
    expect(keys.get('schedule')).toMatch(/^Learning-rate schedule/);
  },
);

test('every option of every function has a hover text', () => {
  const names = exported.map(({ name }) => name).filter((name) => name.endsWith('Options'));
  expect(names).toEqual(expect.arrayContaining(['TrainOptions', 'EvaluateOptions', 'ExportOptions']));
  const silent = names.flatMap((name) =>
    [...propertiesOf(name)].filter(([, text]) => text === '').map(([key]) => `${name}.${key}`),
  );
  expect(silent).toEqual([]);
});

test('every function and class says what it does', () => {
  const named = exported.filter(({ flags }) => flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((symbol) => hoverText(symbol) === '').map(({ name }) => name)).toEqual([]);
});
