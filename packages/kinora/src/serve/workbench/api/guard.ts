/**
 * Who may use the workbench: pages of its own address with the token of the link that the server printed. The link sets a
 * cookie, as Jupyter's does; scripts send `Authorization: Bearer TOKEN`.
 *
 * Cookies belong to a host and not to a port, and a page of another program on this machine counts as the same site: so Host,
 * Origin and Sec-Fetch-Site are checked for every request, before the token.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

export const newToken = (): string => randomBytes(24).toString('hex');

/** Methods that change nothing. */
const READING = new Set(['GET', 'HEAD']);

export interface Guard {
  readonly token: string;
  /** Of the server, which distinguishes the cookies of several. */
  readonly port: () => number;
}

/** Answers 403 to requests of other pages, and 401 to those without the token. */
export function guarded({ token, port }: Guard): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const host = req.header('host') ?? '';
    const origin = req.header('origin');
    const site = req.header('sec-fetch-site');
    if (!/^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(host))
      return refuse('host', 'pages of its own address');
    if (origin !== undefined && origin !== `http://${host}`)
      return refuse('origin', 'pages of its own address');
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return refuse('origin', 'pages of its own address');
    const bearer = /^Bearer (\S+)$/.exec(req.header('authorization') ?? '')?.[1];
    const cookie = getCookie(context, cookieName(port()));
    if (!same(bearer ?? cookie ?? '', token)) {
      return context.json(
        {
          error: {
            code: 'workbench/token',
            message:
              'expected the token of the link that kinora studio printed, received none or another; open that link',
          },
        },
        401,
      );
    }
    // A cookie alone may not write: a form of another page would send it too, if a browser left out the headers above.
    if (bearer === undefined && !READING.has(req.method) && origin === undefined && site === undefined)
      return refuse('origin', 'requests that name their origin');
    context.header('Cache-Control', 'no-store');
    return next();

    function refuse(where: string, expected: string): Response {
      const message = `${where}: expected ${expected}, received another`;
      return context.json({ error: { code: 'workbench/forbidden', message } }, 403);
    }
  };
}

/**
 * Turns `/?token=TOKEN` into a cookie and a redirection to `/`, so that the token does not stay in the address. Only pages that
 * are opened, not pictures or scripts of other pages.
 */
export function signIn({ token, port }: Guard): MiddlewareHandler {
  return async (context, next) => {
    const given = context.req.query('token');
    if (given === undefined || context.req.path !== '/' || context.req.method !== 'GET') return next();
    if (!/^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(context.req.header('host') ?? '')) return next();
    if (same(given, token))
      setCookie(context, cookieName(port()), token, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: 30 * 86_400,
      });
    const room = context.req.query('room');
    return context.redirect(room !== undefined && /^[\w/-]{1,100}$/.test(room) ? `/#/${room}` : '/', 303);
  };
}

const cookieName = (port: number): string => `kinora-workbench-${port}`;

function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
