/**
 * Inspects shared libraries. Reads the processor of a library from its header (ELF on Linux, Mach-O on macOS), so that
 * a libtorch for another processor causes one clear error instead of a page of linker messages; and looks for
 * symbols, so that only parts that a libtorch has are compiled.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/**
 * ELF e_machine -> process.arch (System V ABI, table "Machine Architecture").
 * @type {Record<number, string>}
 */
const ELF_MACHINES = {
  3: 'ia32',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  21: 'ppc64',
  22: 's390x',
};
/** Mach-O cputype -> process.arch (mach/machine.h). @type {Record<number, string>} */
const MACHO_CPUS = { 16777223: 'x64', 16777228: 'arm64' };

const ELF = 0x7f454c46;
const MACHO_64 = 0xcffaedfe; // little-endian file read as big-endian
const MACHO_FAT = 0xcafebabe;
const PIECE = 4 << 20; // bytes

/**
 * @param {string} file
 * @returns {string[]} the architectures in Node's names, several for a universal macOS file, none if not a
 * library
 */
export function architecturesOf(file) {
  const head = firstBytes(file, 512);
  if (head.length < 20) return [];
  switch (head.readUInt32BE(0)) {
    case ELF:
      return [elfMachine(head)];
    case MACHO_64:
      return [cpuName(head.readUInt32LE(4))];
    case MACHO_FAT:
      return fatSlices(head);
    default:
      return [];
  }
}

/** @param {Buffer} head */
function elfMachine(head) {
  const littleEndian = head[5] === 1;
  const machine = littleEndian ? head.readUInt16LE(18) : head.readUInt16BE(18);
  return ELF_MACHINES[machine] ?? `ELF machine ${machine}`;
}

/** @param {Buffer} head a fat header: a count, then 20 bytes per slice */
function fatSlices(head) {
  const count = Math.min(head.readUInt32BE(4), Math.floor((head.length - 8) / 20));
  return Array.from({ length: count }, (_, slice) => cpuName(head.readUInt32BE(8 + 20 * slice)));
}

/** @param {number} cpu */
function cpuName(cpu) {
  return MACHO_CPUS[cpu] ?? `Mach-O cpu ${cpu}`;
}

/**
 * Which of these short texts a file contains. Reads it in pieces until all are found: a library of 400 MB has its symbol names near
 * the beginning.
 * @param {string} file @param {readonly string[]} texts
 * @returns {boolean[]}
 */
export function holds(file, texts) {
  const found = texts.map(() => false);
  const overlap = Math.max(...texts.map((text) => text.length));
  const buffer = Buffer.alloc(PIECE + overlap);
  const descriptor = openSync(file, 'r');
  try {
    for (let start = 0; found.includes(false); start += PIECE) {
      const piece = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, start));
      for (const [i, text] of texts.entries()) found[i] ||= piece.includes(text);
      if (piece.length < buffer.length) break;
    }
  } finally {
    closeSync(descriptor);
  }
  return found;
}

/** @param {string} file @param {number} length */
function firstBytes(file, length) {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, length, 0));
  } finally {
    closeSync(descriptor);
  }
}
