/** Videos on their way into the project: from files or folders, one after another, with what went wrong. */
import { bench, readClips } from '../workbench/bench.svelte.js';
import { isVideo, upload } from '../workbench/engine.js';

export interface Found {
  readonly file: File;
  /** The folder that it was in, if any. */
  readonly folder: string;
}

export class Import {
  readonly id: number;
  readonly file: File;
  readonly class: string;
  readonly person: string;
  share = $state(0);
  state = $state<'waiting' | 'sending' | 'done' | 'failed'>('waiting');
  problem = $state('');
  constructor(id: number, file: File, label: string, person: string) {
    this.id = id;
    this.file = file;
    this.class = label;
    this.person = person;
  }
}

let next = 0;
let list = $state.raw<readonly Import[]>([]);
let working = false;
let control = new AbortController();

export const imports = {
  get list(): readonly Import[] {
    return list;
  },
  get waiting(): number {
    return list.filter(({ state }) => state === 'waiting' || state === 'sending').length;
  },
  /** Folders name classes; files without one get `label`. A person in the name of a file wins over `person`. */
  add(found: readonly Found[], label: string, person: string): void {
    const added = found.map(
      ({ file, folder }) => new Import(next++, file, folder || label, personOf(file.name) ?? person),
    );
    list = [...list, ...added];
    void work();
  },
  cancel(): void {
    control.abort();
    control = new AbortController();
    list = list.filter(({ state }) => state !== 'waiting');
  },
  /** Forgets what has arrived. */
  clear(): void {
    list = list.filter(({ state }) => state === 'waiting' || state === 'sending');
  },
};

async function work(): Promise<void> {
  if (working) return;
  working = true;
  for (let one = waiting(); one !== undefined; one = waiting()) await send(one);
  working = false;
  await readClips().catch((error: Error) => (bench.problem = error.message));
}

const waiting = (): Import | undefined => list.find(({ state }) => state === 'waiting');

async function send(one: Import): Promise<void> {
  one.state = 'sending';
  try {
    const query = { class: one.class, ...(one.person && { person: one.person }) };
    const request = { project: bench.project!.id, query };
    await upload('addClip', request, one.file, (share) => (one.share = share), control.signal);
    one.state = 'done';
  } catch (error) {
    one.state = 'failed';
    one.problem = (error as Error).message;
  }
}

/** `anna-1.mp4` shows anna: the rule of the project's own names. */
export const personOf = (name: string): string | undefined =>
  /^([\p{L}\p{N}_][\p{L}\p{N}_ ]*)-\d+\.\w+$/u.exec(name)?.[1];

/** The videos among dropped files, and in dropped folders at any depth. */
export async function videosOf(transfer: DataTransfer): Promise<{ found: Found[]; others: number }> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const all = (await Promise.all(entries.map((entry) => filesOf(entry, '')))).flat();
  return split(all);
}

/** The same for a file dialog; folders chosen there give relative paths. */
export const videosOfList = (files: FileList): { found: Found[]; others: number } =>
  split([...files].map((file) => ({ file, folder: file.webkitRelativePath.split('/').at(-2) ?? '' })));

function split(all: readonly Found[]): { found: Found[]; others: number } {
  const found = all.filter(({ file }) => isVideo(file.name));
  return { found, others: all.length - found.length };
}

async function filesOf(entry: FileSystemEntry, folder: string): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return file.name.startsWith('.') ? [] : [{ file, folder }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  // It answers in batches of a hundred, and with none at the end.
  for (;;) {
    const few = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (few.length === 0) return found;
    for (const one of few) found.push(...(await filesOf(one, entry.name)));
  }
}
