/** The video source, a camera or a file, in one `<video>` element. Opening one closes the other. */
import { closeCamera, disconnected, openCamera } from './camera.js';
import { openVideoFile, tooLarge } from './file.js';

export type SourceKind = 'none' | 'opening' | 'camera' | 'file';

export class Source {
  #video: HTMLVideoElement | undefined;
  #free: () => void = () => {};
  /** A later opening overtakes an earlier one. */
  #turn = 0;
  kind = $state<SourceKind>('none');
  /** The file that was chosen last. */
  chosen = $state.raw<File>();
  /** What went wrong, as a sentence. */
  problem = $state('');
  /** A warning: it works, but not well. */
  remark = $state('');

  /** The element that shows it; undefined when it is removed, which closes the source. */
  place(video: HTMLVideoElement | undefined): void {
    if (video === undefined) this.close();
    this.#video = video;
  }

  get name(): string {
    return this.chosen?.name ?? '';
  }

  get video(): HTMLVideoElement | undefined {
    return this.#video;
  }

  camera(): Promise<boolean> {
    return this.#open('camera', async (video) => {
      const stream = await openCamera();
      const turn = this.#turn;
      for (const track of stream.getVideoTracks())
        track.addEventListener('ended', () => {
          if (turn !== this.#turn) return;
          this.close();
          this.problem = disconnected().message;
        });
      video.removeAttribute('src');
      video.srcObject = stream;
      return () => closeCamera(stream);
    });
  }

  file(file: File): Promise<boolean> {
    this.chosen = file;
    return this.#open('file', (video) => openVideoFile(video, file));
  }

  close(): void {
    this.#turn++;
    this.#free();
    this.#free = () => {};
    if (this.#video !== undefined) this.#video.srcObject = null;
    this.kind = 'none';
    this.remark = '';
  }

  /** Whether it plays now; otherwise `problem` says why not. */
  async #open(
    kind: 'camera' | 'file',
    open: (video: HTMLVideoElement) => Promise<() => void>,
  ): Promise<boolean> {
    const video = this.#video;
    if (video === undefined) return false;
    this.close();
    const turn = this.#turn;
    this.problem = '';
    this.kind = 'opening';
    try {
      const free = await open(video);
      if (turn !== this.#turn) {
        free();
        return false;
      }
      this.#free = free;
      await video.play();
      this.kind = kind;
      this.remark = tooLarge(video) ?? '';
      return true;
    } catch (error) {
      if (turn !== this.#turn) return false;
      this.close();
      this.problem = (error as Error).message;
      return false;
    }
  }
}
