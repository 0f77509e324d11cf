/** The budgets of a plane of points, in a real browser: from a million to a picture, and what a frame costs while 100,000 move. */
import type { Page } from 'playwright-core';
import { nextFrames } from '../web/harness.ts';
import { startPointsHarness } from '../web/pointsHarness.ts';
import { workOfFrame } from './frames.ts';
import { median, type Figure } from './report.ts';

const million = 1_000_000;
const moved = 100_000;
const classes = 62;
const size = { width: 900, height: 900 };

/**
 * The bare draw is one buffer of as many points, as large, blended, on a canvas as large, and nothing else: no axes, no index, no
 * looks. Work is the processor's time for all processes of the browser, as in `frames.ts`; on a machine without a graphics card it
 * holds the drawing too. While it moves the view draws as many points as keep up with the hand, at rest all.
 */
export async function measurePoints(rounds: number): Promise<Figure[]> {
  const harness = await startPointsHarness();
  try {
    const { page, close } = await harness.open(size);
    const firsts: number[] = [];
    for (let round = 0; round < rounds; round++) firsts.push(await firstPicture(page));
    await close();
    return [
      {
        what: 'a scatter of 1,000,000 latents, from data to picture',
        value: median(firsts),
        unit: 'ms',
        budget: 1500,
        how: `${classes} classes, Chromium, software drawing`,
      },
      ...(await measurePanning(harness, rounds)),
    ];
  } finally {
    await harness.close();
  }
}

/** Milliseconds until the last pixel is drawn. */
function firstPicture(page: Page): Promise<number> {
  return page.evaluate(
    async (made) => {
      const content = window.pointsPage.contentOf({ made });
      const began = performance.now();
      window.pointsPage.view.show(content);
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const gl = document.querySelector('canvas')?.getContext('webgl2');
      // Waits for what was drawn.
      gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      return performance.now() - began;
    },
    { count: million, classes },
  );
}

async function measurePanning(harness: Awaited<ReturnType<typeof startPointsHarness>>, rounds: number): Promise<Figure[]> {
  const { page: view } = await harness.open(size);
  const browser = view.context().browser();
  if (!browser) throw new Error('The page has no browser.');
  await view.evaluate((made) => void window.pointsPage.show({ made }), { count: moved, classes });
  await nextFrames(view);
  await view.evaluate(prepareView);
  const canvas = await view.locator('canvas').evaluate((element: HTMLCanvasElement) => [element.width, element.height] as const);
  const { page: bare } = await harness.open(size);
  await bare.evaluate(prepareBare, { canvas, made: { count: moved, classes } });
  const works: [panning: number, drawing: number, bare: number][] = [];
  for (let round = 0; round <= rounds; round++) {
    const panning = await workOfFrame(browser, view);
    await view.evaluate(drawInstead);
    const drawing = await workOfFrame(browser, view);
    await view.evaluate(prepareView);
    works.push([panning, drawing, await workOfFrame(browser, bare)]);
  }
  const { interval, drawn } = await view.evaluate(watchFrames);
  // The first round warms up.
  const [panning = NaN, drawing = NaN, bareWork = NaN] = [0, 1, 2].map((index) => median(works.slice(1).map((work) => work[index] ?? NaN)));
  const against = `by gl.POINTS ${bareWork.toFixed(1)} ms`;
  return [
    {
      what: 'a frame of panning 100,000 latents / a bare draw of them',
      value: panning / bareWork,
      unit: 'x',
      budget: 1.3,
      how: `processor time: ${panning.toFixed(1)} ms, ${against}; ${interval.toFixed(1)} ms a frame, of ${drawn} points`,
    },
    {
      what: 'a frame of all 100,000 latents / a bare draw of them',
      value: drawing / bareWork,
      unit: 'x',
      budget: 1.3,
      how: `at rest: ${drawing.toFixed(1)} ms, ${against}`,
    },
  ];
}

/** Left and right with the keys, a little zoomed in. */
function prepareView(): void {
  const plot = document.querySelector('.plot');
  if (!plot) throw new Error('The page has no plot.');
  const press = (key: string): boolean => plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  window.pointsPage.view.fit();
  press('+');
  window.moveOnce = (frame) => void press(frame % 20 < 10 ? 'ArrowLeft' : 'ArrowRight');
}

/** Draws all points anew, moving none. */
function drawInstead(): void {
  window.moveOnce = () => window.pointsPage.view.point(null);
}

/** Milliseconds from frame to frame, the median of two seconds, and how many points the last of them drew. */
async function watchFrames(): Promise<{ interval: number; drawn: number }> {
  const intervals: number[] = [];
  let drawn = 0;
  const gl = document.querySelector('canvas')?.getContext('webgl2');
  if (gl) gl.drawArrays = (mode, first, count) => WebGL2RenderingContext.prototype.drawArrays.call(gl, mode, first, (drawn = count));
  let last = await new Promise<number>(requestAnimationFrame);
  for (let frame = 0; frame < 120; frame++) {
    window.moveOnce(frame);
    const now = await new Promise<number>(requestAnimationFrame);
    intervals.push(now - last);
    last = now;
  }
  return { interval: intervals.sort((a, b) => a - b)[60] ?? NaN, drawn };
}

function prepareBare({
  canvas: [width, height],
  made,
}: {
  canvas: readonly [number, number];
  made: { count: number; classes: number };
}): void {
  const { x, y } = window.pointsPage.contentOf({ made });
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.style.cssText = `position:fixed;left:0;top:0;width:${width / devicePixelRatio}px;height:${height / devicePixelRatio}px`;
  document.body.replaceChildren(canvas);
  const gl = canvas.getContext('webgl2', { antialias: false, depth: false, stencil: false });
  if (!gl) throw new Error('This browser has no WebGL2.');
  const program = gl.createProgram();
  for (const [kind, source] of [
    [
      gl.VERTEX_SHADER,
      '#version 300 es\nin vec2 place; uniform vec2 move; void main() { gl_Position = vec4(place * 0.2 + move, 0, 1); gl_PointSize = 3.0; }',
    ],
    [
      gl.FRAGMENT_SHADER,
      '#version 300 es\nprecision highp float; out vec4 colour; void main() { colour = vec4(0.3) * clamp(2.0 - 3.0 * length(gl_PointCoord - 0.5), 0.0, 1.0); }',
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
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(
    gl.ARRAY_BUFFER,
    Float32Array.from({ length: 2 * x.length }, (_, at) => (at % 2 === 0 ? x : y)[at >> 1] ?? 0),
    gl.STATIC_DRAW,
  );
  gl.enableVertexAttribArray(gl.getAttribLocation(program, 'place'));
  gl.vertexAttribPointer(gl.getAttribLocation(program, 'place'), 2, gl.FLOAT, false, 0, 0);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const move = gl.getUniformLocation(program, 'move');
  window.moveOnce = (frame) => {
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(move, (frame % 20) / 200, 0);
    gl.drawArrays(gl.POINTS, 0, x.length);
  };
}
