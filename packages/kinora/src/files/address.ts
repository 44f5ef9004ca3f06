/** Which words in the place of a path name something on a web server. */

/** Whether it is an address, not a path. */
export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);
