/** What a frame costs while the map moves, against a frame in which one textured quad moves and nothing else. */
import type { Browser, Page } from 'playwright-core';
import { nextFrames, settled, type Harness } from '../web/harness.ts';
import { median, type Figure } from './report.ts';

const frames = 120;

declare global {
  interface Window {
    /** One step of the movement; `frame` counts from 0. */
    moveOnce(frame: number): void;
  }
}

/**
 * The work of a frame is the time that all processes of the browser spend on the processor for it: scripts, layout, drawing, and what
 * an emulated graphics card does. Unlike the time between frames it is not rounded up to the screen's 16.7 ms, and other work on the
 * machine hardly changes it. (A graphics card's own time is not in it.) The quad is drawn by WebGL2 on a canvas of the map's size, without
 * antialiasing or depth; for comparison also by a 2-D canvas, as the map is. Of the map's frames everything counts: its labels, which
 * move with it, are most of its cost. They take turns.
 */
export async function measureFrames(harness: Harness, map: Page, rounds: number): Promise<Figure> {
  const browser = map.context().browser();
  if (!browser) throw new Error('The page has no browser.');
  await map.locator('.thumbnail').first().click();
  await map.locator('.plot').focus();
  for (let zoom = 0; zoom < 4; zoom++) await map.keyboard.press('+');
  await settled(map);
  await map.evaluate(prepareMap);
  const canvas = await map.locator('.plot canvas').evaluate((element: HTMLCanvasElement) => [element.width, element.height] as const);
  const { page: quad } = await harness.open({ width: 900, height: 1000 });
  await quad.evaluate(prepareQuad, canvas);
  const { page: image } = await harness.open({ width: 900, height: 1000 });
  await image.evaluate(prepareImage, canvas);
  await nextFrames(image);
  const works: [map: number, quad: number, image: number][] = [];
  for (let round = 0; round <= rounds; round++) {
    works.push([await workOfFrame(browser, map), await workOfFrame(browser, quad), await workOfFrame(browser, image)]);
  }
  // The first round warms up.
  const [mapWork, quadWork, imageWork] = [0, 1, 2].map((index) => median(works.slice(1).map((work) => work[index] ?? NaN)));
  const ms = (work = NaN): string => `${work.toFixed(1)} ms`;
  return {
    what: 'a frame of panning and zooming / a bare textured quad',
    value: (mapWork ?? NaN) / (quadWork ?? NaN),
    unit: 'x',
    budget: 1.3,
    how: `processor time of the browser: ${ms(mapWork)}, quad by WebGL2 ${ms(quadWork)} (by a 2-D canvas ${ms(imageWork)})`,
  };
}

/** Milliseconds of processor time a frame, while the page moves. */
export async function workOfFrame(browser: Browser, page: Page): Promise<number> {
  const before = await processorSeconds(browser);
  await page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame++) {
      window.moveOnce(frame);
      await new Promise(requestAnimationFrame);
    }
  }, frames);
  return ((await processorSeconds(browser)) - before) * (1000 / frames);
}

/** Of all processes of the browser together. */
async function processorSeconds(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** In and out with the wheel, then left and right with the keys, within the tile that is there. */
function prepareMap(): void {
  const plot = document.querySelector('.plot');
  if (!plot) throw new Error('The head has no heatmap.');
  const { left, top, width, height } = plot.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
  window.moveOnce = (frame) => {
    const step = frame % 30;
    if (step < 20) plot.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: step < 10 ? -40 : 40 }));
    else plot.dispatchEvent(new KeyboardEvent('keydown', { key: step < 25 ? 'ArrowLeft' : 'ArrowRight', bubbles: true, cancelable: true }));
  };
}

function prepareImage([width, height]: readonly [number, number]): void {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.style.cssText = `position:fixed;left:0;top:0;width:${width / devicePixelRatio}px;height:${height / devicePixelRatio}px`;
  document.body.replaceChildren(canvas);
  const context = canvas.getContext('2d');
  const texels = new ImageData(1024, 1024);
  texels.data.forEach((_, i) => (texels.data[i] = i * 31));
  const image = document.createElement('canvas');
  image.width = image.height = 1024;
  image.getContext('2d')?.putImageData(texels, 0, 0);
  window.moveOnce = (frame) => {
    if (!context) return;
    context.imageSmoothingEnabled = false;
    context.drawImage(image, -(frame % 20) * 5, 0, 1.2 * width, 1.2 * height);
  };
}

function prepareQuad([width, height]: readonly [number, number]): void {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.style.cssText = `position:fixed;left:0;top:0;width:${width / devicePixelRatio}px;height:${height / devicePixelRatio}px`;
  document.body.replaceChildren(canvas);
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
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
  const texels = new Uint8Array(1024 * 1024 * 4).map((_, i) => i * 31);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1024, 1024, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  const move = gl.getUniformLocation(program, 'move');
  window.moveOnce = (frame) => {
    gl.uniform2f(move, (frame % 20) / 200, 0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  };
}
