/**
 * The clip as a box of frames, the kernel as a box in it, and the box of outputs that it fills. Drawn by three.js, only
 * when something has changed. Time runs away from the viewer.
 */
import {
  BoxGeometry,
  DataTexture,
  EdgesGeometry,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  NearestFilter,
  PerspectiveCamera,
  PlaneGeometry,
  Scene,
  SRGBColorSpace,
  WebGLRenderer,
} from 'three';
import type { Size3 } from '../arithmetic/volume.js';

export interface BoxView {
  /** RGBA images of the frames. */
  readonly images: readonly ImageData[];
  /** Whether a frame is highlighted. */
  readonly bright: (t: number) => boolean;
  /** The box to draw inside it, in cells: its corner and its size. */
  readonly mark: { readonly corner: Size3; readonly size: Size3 };
}

export interface BoxColours {
  readonly mark: string;
  readonly edge: string;
}

const SPACING = 0.2;
/** Frames that are not highlighted are transparent with an edge, so that what is behind them stays visible. */
const FAINT = 0.1;

export class SpaceTimeScene {
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(32, 1, 0.1, 50);
  readonly #input = new FrameBox();
  readonly #output = new FrameBox();

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.#scene.add(this.#input.group, this.#output.group);
  }

  /** @param turn degrees about the upright axis */
  draw(input: BoxView, output: BoxView, colours: BoxColours, turn: number): void {
    this.#input.show(input, colours);
    this.#output.show(output, colours);
    const angle = (turn * Math.PI) / 180;
    for (const [box, side] of [
      [this.#input, -1],
      [this.#output, 1],
    ] as const) {
      box.group.rotation.set(0.22, angle, 0);
      box.group.position.set(side * 1.45, 0, 0);
    }
    this.#render();
  }

  #render(): void {
    const { clientWidth: width, clientHeight: height } = this.#renderer.domElement;
    if (width === 0 || height === 0) return;
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / height;
    // Both boxes fit, however narrow the picture is.
    this.#camera.position.set(0, -0.12, Math.max(6.3, 11.4 / this.#camera.aspect));
    this.#camera.updateProjectionMatrix();
    this.#renderer.render(this.#scene, this.#camera);
  }

  dispose(): void {
    this.#input.dispose();
    this.#output.dispose();
    this.#renderer.dispose();
  }
}

class FrameBox {
  readonly group = new Group();
  readonly #plane = new PlaneGeometry(2, 2);
  readonly #border = new EdgesGeometry(this.#plane);
  readonly #edge = new LineBasicMaterial({ transparent: true, opacity: 0.45, depthWrite: false });
  readonly #frames: Mesh<PlaneGeometry, MeshBasicMaterial>[] = [];
  readonly #shown: ImageData[] = [];
  readonly #mark = new LineSegments(
    new EdgesGeometry(new BoxGeometry(1, 1, 1)),
    new LineBasicMaterial({ transparent: true, depthTest: false }),
  );

  constructor() {
    this.#mark.renderOrder = 1000;
    this.group.add(this.#mark);
  }

  show({ images, bright, mark: { corner, size } }: BoxView, colours: BoxColours): void {
    const first = images[0];
    this.group.visible = first !== undefined;
    if (first === undefined) return;
    this.#fit(images.length);
    const depth = (t: number): number => ((images.length - 1) / 2 - t) * SPACING;
    for (const [t, frame] of this.#frames.entries()) {
      this.#paint(t, images[t]!);
      frame.position.z = depth(t);
      frame.material.opacity = bright(t) ? 1 : FAINT;
    }
    const cell = 2 / first.width;
    const middle = (i: 0 | 1 | 2): number => corner[i] + size[i] / 2;
    this.#mark.scale.set(size[2] * cell, size[1] * cell, size[0] * SPACING);
    this.#mark.position.set(middle(2) * cell - 1, 1 - middle(1) * cell, depth(middle(0) - 0.5));
    this.#mark.material.color.set(colours.mark);
    this.#edge.color.set(colours.edge);
  }

  #fit(count: number): void {
    while (this.#frames.length < count) {
      const material = new MeshBasicMaterial({ transparent: true, depthWrite: false, side: 2 });
      const frame = new Mesh(this.#plane, material);
      frame.add(new LineSegments(this.#border, this.#edge));
      this.#frames.push(frame);
      this.group.add(frame);
    }
    for (const frame of this.#frames.splice(count)) {
      this.group.remove(frame);
      release(frame.material);
    }
    this.#shown.length = Math.min(this.#shown.length, count);
  }

  /** Makes a texture only of an image that was not shown before. */
  #paint(t: number, image: ImageData): void {
    if (this.#shown[t] === image) return;
    this.#shown[t] = image;
    const { material } = this.#frames[t]!;
    material.map?.dispose();
    const texture = new DataTexture(flipped(image), image.width, image.height);
    texture.magFilter = NearestFilter;
    texture.colorSpace = SRGBColorSpace;
    texture.needsUpdate = true;
    material.map = texture;
    material.needsUpdate = true;
  }

  dispose(): void {
    this.#fit(0);
    this.#plane.dispose();
    this.#border.dispose();
    this.#edge.dispose();
    this.#mark.geometry.dispose();
    this.#mark.material.dispose();
  }
}

function release(material: MeshBasicMaterial): void {
  material.map?.dispose();
  material.dispose();
}

/** Textures begin at the bottom row. */
function flipped({ data, width, height }: ImageData): Uint8Array {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    turned.set(data.subarray(y * width * 4, (y + 1) * width * 4), (height - 1 - y) * width * 4);
  return turned;
}
