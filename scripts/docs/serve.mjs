// A web server for the built site, on the loopback device only.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES = new Map(
  Object.entries({
    '.html': 'text/html; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.svg': 'image/svg+xml',
    '.png': 'image/png',
    '.jpg': 'image/jpeg',
    '.webp': 'image/webp',
    '.woff2': 'font/woff2',
  }),
);

/**
 * @param {string} site folder @param {number} port 0 takes any free one
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 */
export async function serve(site, port) {
  const server = createServer((request, response) => {
    const file = fileFor(site, request.url ?? '/');
    const found = file ?? join(site, '404.html');
    response.writeHead(file === undefined ? 404 : 200, {
      'content-type': TYPES.get(extname(found)) ?? 'application/octet-stream',
    });
    createReadStream(found).pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    address: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The file for an address; undefined if there is none in the site. @param {string} site @param {string} url */
function fileFor(site, url) {
  try {
    const path = normalize(join(site, decodeURIComponent(new URL(url, 'http://localhost').pathname)));
    if (path !== site && !path.startsWith(site + sep) && `${site}${sep}` !== path) return undefined;
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path;
    return [file, `${path}.html`].find((each) => existsSync(each) && statSync(each).isFile());
  } catch {
    return undefined; // an address that cannot be decoded
  }
}
