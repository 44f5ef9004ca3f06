/**
 * The one error of the project and its grammar: what was expected, where, what was received, what to do next.
 * Every package throws it; the command line prints its message as one line.
 */

export interface KinoraErrorParts {
  /** Stable, machine-readable: `clip/empty-folder`, `torch/disposed`, ... */
  code: string;
  /** What was expected, as a noun phrase or short sentence. */
  expected: string;
  /** File, line, field, operator or layer where it went wrong. */
  where?: string | undefined;
  /** What was there instead. */
  received?: string | undefined;
  /** What the user can do about it. */
  hint?: string | undefined;
  cause?: unknown;
}

/** On the prototype of every copy of the class: each bundle has its own copy, and code of one catches errors of another. */
const BRAND = Symbol.for('KinoraError');

/** An error of any of the packages: `code` tells errors apart, `parts` holds what the message consists of. */
export class KinoraError extends Error {
  static {
    Object.defineProperty(KinoraError.prototype, BRAND, { value: true });
    // True for errors of every copy; for a subclass, only for its own instances. Defined here, where it is not a type
    // predicate, which subclasses would inherit.
    Object.defineProperty(KinoraError, Symbol.hasInstance, {
      value(this: unknown, value: unknown): boolean {
        if (this !== KinoraError) return Function.prototype[Symbol.hasInstance].call(this, value);
        return typeof value === 'object' && value !== null && BRAND in value;
      },
    });
  }

  override readonly name = 'KinoraError';
  readonly code: string;
  readonly parts: Readonly<KinoraErrorParts>;

  constructor(parts: KinoraErrorParts) {
    super(sentence(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.parts = parts;
  }
}

/**
 * Constructs an error by position, in the order of its sentence: `where: expected ..., received ...; hint`. If that
 * does not fit on a line, the parts after `where` are named.
 */
export function kinoraError(
  code: string,
  where: Text,
  expected: string,
  received: Text,
  more?: More,
): KinoraError;
export function kinoraError(code: string, where: Text, parts: Named): KinoraError;
export function kinoraError(code: string, where: Text, rest: string | Named, received?: string, more?: More) {
  const parts = typeof rest === 'string' ? { expected: rest, received, ...more } : rest;
  return new KinoraError({ code, where, ...parts });
}

type Text = string | undefined;
type Named = Omit<KinoraErrorParts, 'code' | 'where'>;
type More = Pick<KinoraErrorParts, 'hint' | 'cause'>;

function sentence({ where, expected, received, hint }: KinoraErrorParts): string {
  const place = where === undefined ? '' : `${where}: `;
  const got = received === undefined ? '' : `, received ${received}`;
  const next = hint === undefined ? '' : `; ${hint}`;
  return onOneLine(`${place}expected ${expected}${got}${next}`);
}

/** Names, labels and file contents may hold line breaks and control characters, which a terminal obeys. */
const onOneLine = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => ESCAPES[character] ?? hexEscape(character));

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const hexEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
