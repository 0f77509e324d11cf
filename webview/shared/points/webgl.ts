/** Draws points with WebGL2. */

import type { Rgb } from '../heatmap/colours.ts';
import { unknownSlot } from './colours.ts';
import type { PointStyle } from './density.ts';
import { looks, wash, type Cloud, type Frame, type PointRenderer } from './renderer.ts';

/** Colours lie in rows of this many. */
const side = 256;

/**
 * A place is taken from the centre before it is scaled, the centre in two parts of single precision, so that close to a place far from
 * zero points stay where they are.
 */
const vertexSource = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 place;
layout(location = 1) in uvec2 look;
uniform vec2 centre;
uniform vec2 centreRest;
uniform vec2 scale;
uniform float size;
uniform float opacity;
uniform uint wanted;
uniform vec4 washed;
uniform sampler2D colours;
flat out vec4 colour;
void main() {
  if (look.y != wanted) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  gl_Position = vec4(((place - centre) - centreRest) * scale, 0.0, 1.0);
  gl_PointSize = size;
  vec3 own = texelFetch(colours, ivec2(look.x & 255u, look.x >> 8u), 0).rgb;
  colour = vec4(mix(own, washed.rgb, washed.a) * opacity, opacity);
}`;

const fragmentSource = `#version 300 es
precision highp float;
uniform float size;
uniform float radius;
flat in vec4 colour;
out vec4 pixel;
void main() {
  float away = length(gl_PointCoord - 0.5) * size;
  pixel = colour * clamp(radius - away + 0.5, 0.0, 1.0);
}`;

/** null where the page has no WebGL2. `restored` is told when what was lost is there again; everything has to be set anew then. */
export function createWebglRenderer(canvas: HTMLCanvasElement, restored: () => void): PointRenderer | null {
  const gl = canvas.getContext('webgl2', { antialias: false, depth: false, stencil: false, powerPreference: 'high-performance' });
  return gl && new WebglRenderer(canvas, gl, restored);
}

interface Resources {
  readonly program: WebGLProgram;
  readonly places: WebGLBuffer;
  readonly looks: WebGLBuffer;
  readonly at: (name: string) => WebGLUniformLocation | null;
}

class WebglRenderer implements PointRenderer {
  readonly most = Infinity;
  readonly #gl: WebGL2RenderingContext;
  readonly #listening = new AbortController();
  #resources: Resources | null;
  #unknown: Rgb = [0, 0, 0];

  constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, restored: () => void) {
    this.#gl = gl;
    this.#resources = createResources(gl);
    const { signal } = this.#listening;
    canvas.addEventListener(
      'webglcontextlost',
      (event) => {
        // Else it would never be given back.
        event.preventDefault();
        this.#resources = null;
      },
      { signal },
    );
    canvas.addEventListener(
      'webglcontextrestored',
      () => {
        this.#resources = createResources(gl);
        restored();
      },
      { signal },
    );
  }

  get isReady(): boolean {
    return this.#resources !== null;
  }

  setCloud(cloud: Cloud): void {
    if (!this.#resources) return;
    this.#fill(this.#resources.places, cloud.places);
    this.setLooks(cloud);
  }

  setLooks(cloud: Cloud): void {
    if (this.#resources) this.#fill(this.#resources.looks, cloud.looks);
  }

  setColours(colours: readonly Rgb[], unknown: Rgb): void {
    const gl = this.#gl;
    this.#unknown = unknown;
    const texels = new Uint8Array(side * side * 4);
    for (let slot = 0; slot <= unknownSlot; slot++) texels.set(colours[slot] ?? unknown, 4 * slot);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, side, side, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  }

  draw({ viewport, pixelRatio, style, faded, count }: Frame): void {
    if (!this.#resources) return;
    const gl = this.#gl;
    const { at } = this.#resources;
    const { width, height } = gl.canvas;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const [x, y] = viewport.centre.map(Math.fround) as [number, number];
    gl.uniform2f(at('centre'), x, y);
    gl.uniform2f(at('centreRest'), viewport.centre[0] - x, viewport.centre[1] - y);
    gl.uniform2f(at('scale'), (2 * pixelRatio * viewport.scale[0]) / width, (2 * pixelRatio * viewport.scale[1]) / height);
    const [red, green, blue] = this.#unknown;
    const lay = (look: number, { radius, opacity }: PointStyle, washed: number): void => {
      gl.uniform1ui(at('wanted'), look);
      gl.uniform1f(at('radius'), radius * pixelRatio);
      // Room for the edge, which fades over one pixel.
      gl.uniform1f(at('size'), Math.ceil(2 * radius * pixelRatio + 1));
      gl.uniform1f(at('opacity'), opacity);
      gl.uniform4f(at('washed'), red / 255, green / 255, blue / 255, washed);
      gl.drawArrays(gl.POINTS, 0, count);
    };
    if (faded) lay(looks.faded, faded, wash);
    lay(looks.full, style, 0);
  }

  dispose(): void {
    this.#listening.abort();
    this.#resources = null;
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  #fill(buffer: WebGLBuffer, values: Float32Array | Uint16Array): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  }
}

/** null where the context was lost while they were made. */
function createResources(gl: WebGL2RenderingContext): Resources | null {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (gl.isContextLost()) return null;
  if (!gl.getProgramParameter(program, gl.LINK_STATUS))
    throw new Error(
      `The graphics driver does not take the program that draws points: ${gl.getProgramInfoLog(program) ?? 'no reason given'}`,
    );
  gl.useProgram(program);
  const [places, lookBuffer] = [gl.createBuffer(), gl.createBuffer()];
  gl.bindBuffer(gl.ARRAY_BUFFER, places);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, lookBuffer);
  gl.enableVertexAttribArray(1);
  gl.vertexAttribIPointer(1, 2, gl.UNSIGNED_SHORT, 0, 0);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const known = new Map<string, WebGLUniformLocation | null>();
  const at = (name: string): WebGLUniformLocation | null => {
    if (!known.has(name)) known.set(name, gl.getUniformLocation(program, name));
    return known.get(name) ?? null;
  };
  return { program, places, looks: lookBuffer, at };
}
