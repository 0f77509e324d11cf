/** LaTeX that is not understood. Thrown and caught within this folder alone. */
export class Unread extends Error {}
