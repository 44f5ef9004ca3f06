/** Reads the site's data: `site.json` once, clips when they are first shown. */
import type { FlowFields } from '@kinora/clip';
import type { Site, SiteClip } from 'kinora/site';

const DATA = './data/';
let opened: Promise<Site> | undefined;
let current: Site | undefined;

/** Throws if there is no data, or if it has another version. */
export function openSite(): Promise<Site> {
  opened ??= readSite();
  return opened;
}

async function readSite(): Promise<Site> {
  const site = (await (await file('site.json')).json()) as Site;
  if (site.version !== 2) throw new Error(`site.json: expected version 2, received ${site.version}`);
  current = site;
  return site;
}

/** The site, once it is open; rooms are shown only then. */
export function site(): Site {
  if (current === undefined) throw new Error('expected the site to be open before its rooms are shown');
  return current;
}

/** One file of the data. Throws an error with the address if it cannot be fetched. */
export async function file(name: string): Promise<Response> {
  const response = await fetch(DATA + name);
  if (!response.ok) throw new Error(`${response.url}: expected a file, received status ${response.status}`);
  return response;
}

const packed = new Map<string, Promise<Uint8Array>>();

/** uint8 RGB `[count, height, width, 3]`. */
export const clipBytes = ({ file: name }: SiteClip): Promise<Uint8Array> => unpacked(name);

/** Optical flow of a clip, at the size of the network's crop; undefined for a clip without flow. */
export async function clipFlow({ flow }: SiteClip): Promise<FlowFields | undefined> {
  if (flow === undefined) return undefined;
  return { data: await unpacked(flow.file), count: flow.places.length, ...site().spec.crop };
}

function unpacked(name: string): Promise<Uint8Array> {
  const kept = packed.get(name) ?? unpack(name);
  packed.set(name, kept);
  return kept;
}

async function unpack(name: string): Promise<Uint8Array> {
  const { body } = await file(name);
  const stream = body!.pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
