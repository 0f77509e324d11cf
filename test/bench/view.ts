/** The panel's budgets, in a real browser: from data to picture, and what a frame costs while the map moves. */
import { nextFrames, settled, startHarness } from '../web/harness.ts';
import { median, type Figure } from './report.ts';

const tokens = 1024;
const size = { layers: 12, heads: 12 };

declare global {
  interface Window {
    /** Milliseconds between frames while `step` is called on each. */
    measureFrames(frames: number, step: (frame: number) => void): Promise<number[]>;
  }
}

export async function measureViews(rounds: number): Promise<Figure[]> {
  const harness = await startHarness();
  try {
    const { page } = await harness.open({ width: 900, height: 1000 });
    await page.evaluate(() => {
      window.measureFrames = async (frames, step) => {
        const times: number[] = [];
        let last = await new Promise<number>(requestAnimationFrame);
        for (let frame = 0; frame < frames; frame++) {
          step(frame);
          const now = await new Promise<number>(requestAnimationFrame);
          times.push(now - last);
          last = now;
        }
        return times;
      };
    });

    // The stand-in computes its maps once; after that it only hands them over, so that the time is the panel's.
    const show = (): Promise<number> =>
      page.evaluate(
        async ([layers, heads, positions]) => {
          const began = performance.now();
          await window.standIn.show({ layers, heads, positions, keepMaps: true });
          const cells = document.querySelectorAll('.view:not([hidden]) .overview-row.pending');
          while (document.querySelector('.view:not([hidden]) .overview-row.pending') || cells.length === 0) {
            await new Promise(requestAnimationFrame);
            if (document.querySelector('.view:not([hidden]) .overview-row')) break;
          }
          while (document.querySelector('.view:not([hidden]) .overview-row.pending')) await new Promise(requestAnimationFrame);
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return performance.now() - began;
        },
        [size.layers, size.heads, tokens] as const,
      );
    await show();
    const overviews: number[] = [];
    for (let round = 0; round < rounds; round++) overviews.push(await show());

    await page.locator('.thumbnail').first().click();
    await settled(page);
    const plot = page.locator('.heatmap .plot, .plot').first();
    const box = await plot.boundingBox();
    if (!box) throw new Error('The head has no heatmap.');
    await plot.focus();
    for (let zoom = 0; zoom < 4; zoom++) await page.keyboard.press('+');
    await settled(page);
    await nextFrames(page);
    const frames = 90;
    const moving = await page.evaluate((count) => {
      const target = document.querySelector('.heatmap .plot, .plot');
      if (!target) throw new Error('The head has no heatmap.');
      const place = target.getBoundingClientRect();
      const [x, y] = [place.left + place.width / 2, place.top + place.height / 2];
      return window.measureFrames(count, (frame) => {
        const wheel = { deltaY: frame % 20 < 10 ? -40 : 40, clientX: x, clientY: y, bubbles: true, cancelable: true };
        target.dispatchEvent(new WheelEvent('wheel', wheel));
      });
    }, frames);
    const bare = await page.evaluate(bareQuad, { frames, width: Math.round(box.width), height: Math.round(box.height) });
    return [
      {
        what: 'overview of 12 x 12 heads, from data to picture',
        value: median(overviews),
        unit: 'ms',
        budget: 300,
        how: `${tokens} tokens, Chromium, software drawing`,
      },
      {
        what: 'a frame of panning and zooming / a bare textured quad',
        value: median(moving) / median(bare),
        unit: 'x',
        budget: 1.3,
        how: `medians of ${frames} frames: ${median(moving).toFixed(1)} and ${median(bare).toFixed(1)} ms`,
      },
    ];
  } finally {
    await harness.close();
  }
}

/** Frames of one textured quad and nothing else, of the heatmap's size. */
async function bareQuad({ frames, width, height }: { frames: number; width: number; height: number }): Promise<number[]> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  canvas.style.cssText = `position:fixed;left:0;top:0;width:${width}px;height:${height}px`;
  document.body.replaceChildren(canvas);
  const gl = canvas.getContext('webgl2');
  if (!gl) throw new Error('This browser has no WebGL2.');
  const program = gl.createProgram();
  for (const [kind, source] of [
    [
      gl.VERTEX_SHADER,
      '#version 300 es\nuniform vec2 move; out vec2 at; void main() { vec2 p = vec2(gl_VertexID & 1, gl_VertexID >> 1); at = p + move; gl_Position = vec4(p * 2.0 - 1.0, 0, 1); }',
    ],
    [
      gl.FRAGMENT_SHADER,
      '#version 300 es\nprecision highp float; uniform sampler2D image; in vec2 at; out vec4 colour; void main() { colour = texture(image, at); }',
    ],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('WebGL2 was lost.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(
    gl.TEXTURE_2D,
    0,
    gl.RGBA,
    1024,
    1024,
    0,
    gl.RGBA,
    gl.UNSIGNED_BYTE,
    new Uint8Array(1024 * 1024 * 4).map((_, i) => i * 31),
  );
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  const move = gl.getUniformLocation(program, 'move');
  return window.measureFrames(frames, (frame) => {
    gl.uniform2f(move, (frame % 20) / 200, 0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  });
}
