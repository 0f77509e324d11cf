/** Draws at the next frame of the screen, and once, however often it is asked for until then. */
export function onceAFrame(draw: () => void): () => void {
  let frame = 0;
  return () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
}
