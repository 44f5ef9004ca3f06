/** The current route, from the part of the address after `#`: `#/learn/two-clips` is room `learn`, rest `['two-clips']`. */

export interface Route {
  readonly room: string;
  readonly rest: readonly string[];
}

let current = $state(read());

export const route = {
  get now(): Route {
    return current;
  },
};

addEventListener('hashchange', () => {
  current = read();
});

function read(): Route {
  const [room = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean);
  return { room, rest };
}
