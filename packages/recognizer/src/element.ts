/**
 * `<kinora-recognizer>`: camera or video, recognizer and label as one custom element. Importing this file defines it.
 *
 *     <kinora-recognizer model="model.onnx" camera threshold="0.7">
 *       <button slot="start">Start the camera</button>
 *       <h2 slot="label"></h2>
 *     </kinora-recognizer>
 *
 * Attributes: `model` and `gestures` are addresses; `camera`, or `src` of a video, or a `<video slot="video">`; `autoplay`
 * starts at once; `mirror="yes"` or `"no"` overrides what the model says of the pictures of cameras; `backend`, `threads`, `runtime` are those of `createRecognizer`; `stride`, `window`, `threshold`,
 * `hysteresis`, `cool-down` and `span` its settings. Events, each with its subject as `detail`: `ready` (the recognizer),
 * `prediction`, `gesture`, `status`, `error`. Slots: `video`, `start`, `label` (gets the label while a gesture lasts),
 * `status` (gets the state, or what went wrong). Parts for CSS: `video`, `start`, `label`, `status`.
 */
import { kinoraError } from '@kinora/clip';
import { type BrowserRecognizer, createRecognizer, type RecognizerOptions } from './browser.js';
import { keepFollowing } from './live/keep-following.js';
import type { RecognizerEvents, Settings } from './types.js';

/** Settings by attribute. */
const SETTINGS: Readonly<Record<string, Exclude<keyof Settings, 'ignored'>>> = {
  stride: 'stride',
  window: 'window',
  threshold: 'threshold',
  hysteresis: 'hysteresis',
  'cool-down': 'coolDown',
  span: 'span',
};
/** What another recognizer or source is needed for. */
const SOURCES = ['model', 'src', 'camera', 'backend', 'threads', 'runtime', 'gestures', 'mirror'];

const EVENTS = ['prediction', 'gesture', 'status', 'error'] as const;

/** On a server, which renders the tag and nothing else, there are no elements. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** The events of `<kinora-recognizer>`, by name. */
export interface RecognizerElementEvents {
  ready: CustomEvent<BrowserRecognizer>;
  prediction: CustomEvent<RecognizerEvents['prediction']>;
  gesture: CustomEvent<RecognizerEvents['gesture']>;
  status: CustomEvent<RecognizerEvents['status']>;
  error: CustomEvent<Error>;
}

export class KinoraRecognizerElement extends Base {
  static readonly observedAttributes: readonly string[] = [...SOURCES, ...Object.keys(SETTINGS)];
  #run: AbortController | undefined;
  #recognizer: BrowserRecognizer | undefined;

  /** The recognizer, once `ready`. */
  get recognizer(): BrowserRecognizer | undefined {
    return this.#recognizer;
  }

  connectedCallback(): void {
    if (this.shadowRoot === null) this.#render();
    // A camera waits for the click, unless `autoplay` is there.
    if (!this.hasAttribute('camera') || this.hasAttribute('autoplay')) this.#startOrTell();
  }

  disconnectedCallback(): void {
    this.stop();
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (this.#run === undefined || before === value) return;
    const setting = SETTINGS[name];
    if (setting === undefined) this.#startOrTell();
    else if (value !== null) this.#configure({ [setting]: Number(value) });
  }

  /**
   * Opens the model and the source and begins to recognise. Rejects with what an `error` event tells too; `stop()` meanwhile
   * rejects with an AbortError.
   */
  async start(): Promise<void> {
    this.stop();
    const run = new AbortController();
    const { signal } = run;
    this.#run = run;
    this.#say('status', 'opening');
    this.toggleAttribute('running', true);
    try {
      const recognizer = await createRecognizer({ ...this.#options(), signal });
      signal.addEventListener('abort', () => void recognizer.close());
      signal.throwIfAborted();
      const gestures = this.getAttribute('gestures');
      if (gestures !== null) await recognizer.useGestures(gestures, { signal });
      this.#recognizer = recognizer;
      for (const name of EVENTS) recognizer.on(name, (event) => this.#tell(name, event), { signal });
      this.#tell('ready', recognizer);
      const video = this.#video();
      await this.#open(video, signal);
      keepFollowing(recognizer, video, { signal, ...this.#mirroring() });
    } catch (error) {
      if (!signal.aborted) {
        this.#fail(error as Error);
        this.stop();
      }
      throw error;
    }
  }

  /** Ends the camera and frees the network. */
  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.#recognizer = undefined;
    this.toggleAttribute('running', false);
    if (this.shadowRoot !== null) this.#say('label', '');
  }

  #configure(changes: Partial<Settings>): void {
    try {
      this.#recognizer?.configure(changes);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #options(): RecognizerOptions {
    const model = this.getAttribute('model');
    if (model === null)
      throw kinoraError('recognizer/element', '<kinora-recognizer>', 'the attribute model', 'none', {
        hint: 'model="model.onnx", written by kinora export',
      });
    const [backend, threads, runtime] = ['backend', 'threads', 'runtime'].map((name) =>
      this.getAttribute(name),
    );
    return {
      model,
      settings: Object.fromEntries(
        Object.entries(SETTINGS)
          .filter(([name]) => this.hasAttribute(name))
          .map(([name, setting]) => [setting, Number(this.getAttribute(name))]),
      ),
      ...(backend != null && { backend: backend as NonNullable<RecognizerOptions['backend']> }),
      ...(threads != null && { threads: Number(threads) }),
      ...(runtime != null && { runtime }),
    };
  }

  #mirroring(): { mirror?: boolean } {
    const mirror = this.getAttribute('mirror');
    if (mirror === null) return {};
    if (mirror === 'yes' || mirror === 'no') return { mirror: mirror === 'yes' };
    throw kinoraError(
      'recognizer/element',
      '<kinora-recognizer>',
      'mirror="yes" or mirror="no"',
      `"${mirror}"`,
      {
        hint: 'leave it out to do what the model says',
      },
    );
  }

  #video(): HTMLVideoElement {
    return this.querySelector<HTMLVideoElement>(':scope > video[slot="video"]') ?? this.#part('video');
  }

  async #open(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
    const src = this.getAttribute('src');
    if (this.hasAttribute('camera')) {
      const size = { width: { ideal: 640 }, height: { ideal: 480 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: size });
      signal.addEventListener('abort', () => {
        for (const track of stream.getTracks()) track.stop();
        video.srcObject = null;
      });
      signal.throwIfAborted();
      video.srcObject = stream;
    } else if (src !== null) Object.assign(video, { src, controls: true });
    else if (video.getRootNode() === this.shadowRoot)
      throw kinoraError('recognizer/element', '<kinora-recognizer>', {
        expected: 'the attribute camera or src, or a <video slot="video">',
        received: 'none of them',
      });
    if (this.hasAttribute('camera') || this.hasAttribute('autoplay')) await video.play();
  }

  #startOrTell(): void {
    // Whoever did not call start() hears of it by the event.
    this.start().catch(() => {});
  }

  #fail(error: Error): void {
    this.#tell('error', error);
  }

  #tell<Name extends keyof RecognizerElementEvents>(
    name: Name,
    detail: RecognizerElementEvents[Name]['detail'],
  ): void {
    if (name === 'gesture') {
      const { phase, label } = detail as RecognizerEvents['gesture'];
      this.#say('label', phase === 'started' ? label : '');
    } else if (name === 'status') {
      const { state, reason } = detail as RecognizerEvents['status'];
      this.#say('status', `${state}: ${reason}`);
    } else if (name === 'error') this.#say('status', (detail as Error).message);
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Into the page's own element of that slot, or the one that stands there without it. */
  #say(slot: 'label' | 'status', text: string): void {
    const own = this.querySelector(`:scope > [slot="${slot}"]`) ?? this.#part(slot);
    own.textContent = text;
  }

  #part<Type extends HTMLElement>(name: string): Type {
    return this.shadowRoot!.querySelector<Type>(`[part="${name}"]`)!;
  }

  /** Built node by node and styled by an adopted sheet, which the strictest Content-Security-Policy allows. */
  #render(): void {
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const video = Object.assign(element('video', 'video'), { muted: true, playsInline: true });
    const start = Object.assign(element('button', 'start'), { type: 'button', textContent: 'Start' });
    const label = element('output', 'label');
    const status = element('span', 'status');
    status.setAttribute('role', 'status');
    root.append(
      ...Object.entries({ video, start, label, status }).map(([name, part]) => {
        const slot = Object.assign(document.createElement('slot'), { name });
        slot.append(part);
        if (name === 'start') slot.addEventListener('click', () => this.#startOrTell());
        return slot;
      }),
    );
  }
}

const STYLE = `
:host { display: inline-block; }
:host([hidden]), :host([running]) slot[name="start"], :host(:not([camera])) slot[name="start"] { display: none; }
[part] { display: block; }
[part="video"] { max-width: 100%; }
:host([camera]) [part="video"] { transform: scaleX(-1); }
[part="label"] { min-height: 1.5em; font-weight: bold; }
`;

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  part: string,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.setAttribute('part', part);
  return made;
}

declare global {
  interface HTMLElementTagNameMap {
    'kinora-recognizer': KinoraRecognizerElement;
  }
}

if ('customElements' in globalThis && customElements.get('kinora-recognizer') === undefined)
  customElements.define('kinora-recognizer', KinoraRecognizerElement);
