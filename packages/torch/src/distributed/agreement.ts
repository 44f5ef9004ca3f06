/** Before ranks train together, they compare code, configuration and data. If anything differs, no rank starts. */
import { type KinoraError, kinoraError } from '../error.js';
import type { Participant, Store } from './store.js';

/** Facts by name; those that are objects are compared entry by entry. */
export type Facts = Readonly<Record<string, unknown>>;

/** The result of the comparison, which rank 0 publishes. */
interface Comparison {
  readonly absent: readonly number[];
  /** One sentence for each rank that differs. */
  readonly differences: readonly string[];
}

/**
 * Compares every rank's facts with those of rank 0.
 * @throws KinoraError `distributed/absent` if ranks are missing, `distributed/differs` with what differs
 */
export async function agree(
  store: Store,
  { rank, size }: Participant,
  facts: Facts,
  timeoutMs: number,
): Promise<void> {
  const own = flat({ ...facts, 'world size': size });
  if (rank === 0) store.set('facts', JSON.stringify(own));
  await need(store, 'facts', timeoutMs);
  const leading = read<Record<string, string>>(store, 'facts', isRecord);
  const mismatch = difference(leading, own, rank);
  store.set(mismatchOf(rank), mismatch);
  if (rank === 0) store.set('comparison', JSON.stringify(await collect(store, size, timeoutMs)));
  await need(store, 'comparison', timeoutMs + 10_000);
  const { absent, differences } = read<Comparison>(store, 'comparison', isComparison);
  if (differences.length > 0) throw differs(differences);
  if (mismatch !== '') throw differs([mismatch]); // a rank that joined after the others had agreed
  if (absent.length > 0) throw absentRanks(absent, timeoutMs);
}

const mismatchOf = (rank: number): string => `mismatch/${rank}`;

async function collect(store: Store, size: number, timeoutMs: number): Promise<Comparison> {
  const ranks = Array.from({ length: size }, (_, rank) => rank);
  const missing = new Set(await store.wait(ranks.map(mismatchOf), timeoutMs));
  const absent = ranks.filter((rank) => missing.has(mismatchOf(rank)));
  const present = ranks.filter((rank) => !missing.has(mismatchOf(rank)));
  return {
    absent,
    differences: present.map((rank) => store.get(mismatchOf(rank))).filter((text) => text !== ''),
  };
}

/** One sentence on what differs between a rank and rank 0; empty if nothing does. */
function difference(
  leading: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
  rank: number,
): string {
  const names = [...new Set([...Object.keys(leading), ...Object.keys(own)])];
  const other = names.filter((name) => leading[name] !== own[name]);
  if (other.length === 0) return '';
  const parts = other.map(
    (name) => `${name} (${leading[name] ?? 'none'} there, ${own[name] ?? 'none'} here)`,
  );
  return `rank ${rank} differs from rank 0 in ${parts.join(', ')}`;
}

/** `{ config: { lr: 1 } }` as `{ 'config.lr': '1' }`. */
function flat(facts: Facts, prefix = ''): Record<string, string> {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.assign(
    {},
    ...entries.map(([name, value]) =>
      isRecord(value) ? flat(value, `${prefix}${name}.`) : { [prefix + name]: JSON.stringify(value) },
    ),
  );
}

const isRecord = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isComparison = (value: unknown): boolean =>
  isRecord(value) && [value.absent, value.differences].every((list) => Array.isArray(list));

/** Whoever reaches the store can write to it. */
function read<T>(store: Store, key: string, isValid: (value: unknown) => boolean): T {
  let value: unknown;
  try {
    value = JSON.parse(store.get(key));
  } catch {
    value = undefined;
  }
  if (isValid(value)) return value as T;
  throw kinoraError('distributed/store', 'rendezvous', `what rank 0 writes as ${key}`, 'something else', {
    hint: 'another program writes to the port of this training: choose another',
  });
}

async function need(store: Store, key: string, timeoutMs: number): Promise<void> {
  const missing = await store.wait([key], timeoutMs);
  if (missing.length > 0) throw absentRanks([0], timeoutMs);
}

function absentRanks(ranks: readonly number[], timeoutMs: number): KinoraError {
  return kinoraError('distributed/absent', 'rendezvous', {
    expected: `every rank to join within ${Math.round(timeoutMs / 1000)} s`,
    received: `nothing from ${ranks.length === 1 ? 'rank' : 'ranks'} ${ranks.join(', ')}`,
    hint: 'see the output of those ranks',
  });
}

function differs(differences: readonly string[]): KinoraError {
  return kinoraError('distributed/differs', 'rendezvous', {
    expected: 'all ranks to train the same thing',
    received: differences.join('; '),
    hint: 'start every rank with the same version, configuration and lists',
  });
}
