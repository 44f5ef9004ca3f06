/** Limits of a project, which its API states too. */

/** Clips; the memory that server and page need grows with them. */
export const MOST_CLIPS = 200_000;
/** Bytes of one upload. */
export const UPLOAD_LIMIT = 2 ** 30;
/** Frames of a clip that comes as pictures. */
export const MOST_FRAMES = 5000;
/** Clips that one request changes. */
export const MOST_CHANGED = 20_000;
