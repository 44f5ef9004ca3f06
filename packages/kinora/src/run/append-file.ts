/**
 * A file that grows by whole records: each is one write, and one that fails half-way (a full disk) is taken back,
 * so that only a killed process or a power cut can leave a torn record, and only at the end.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { serialize } from '@kinora/torch';

export class AppendFile {
  readonly #file: number;
  #size: number;

  /** Opens or creates `path`. */
  constructor(readonly path: string) {
    try {
      this.#file = openSync(path, 'a');
    } catch (cause) {
      throw serialize.fileError(path, 'a log file to write to', cause);
    }
    this.#size = fstatSync(this.#file).size;
  }

  append(record: Uint8Array): void {
    try {
      for (let done = 0; done < record.length; ) done += writeSync(this.#file, record, done);
      this.#size += record.length;
    } catch (cause) {
      ftruncateSync(this.#file, this.#size);
      throw serialize.fileError(this.path, 'room for a log record', cause);
    }
  }

  /** Waits until everything is on the disk: before a checkpoint that counts on it. */
  flush(): void {
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
