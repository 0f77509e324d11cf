/** Maps on WebGL2: weights as the bits they came as (R16UI), coloured by one look-up in a 256 x 256 table. */

import type { Colours, Picture, Placement, Renderer } from './renderer.ts';
import { hatchWidth } from './renderer.ts';

const vertexSource = `#version 300 es
uniform vec4 target; // clip space: left, top, width, height
out vec2 place;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  place = corner;
  gl_Position = vec4(target.xy + corner * target.zw, 0.0, 1.0);
}`;

const fragmentSource = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2DArray;
uniform usampler2DArray picture;
uniform highp sampler2D table;
uniform int layer;
uniform vec3 masked;
uniform vec3 hatch;
uniform ivec3 hatching; // period, line width, canvas height
in vec2 place;
out vec4 colour;
void main() {
  ivec2 size = textureSize(picture, 0).xy;
  ivec2 texel = min(ivec2(place * vec2(size)), size - 1);
  int bits = int(texelFetch(picture, ivec3(texel, layer), 0).r);
  vec4 found = texelFetch(table, ivec2(bits & 255, bits >> 8), 0);
  if (found.a == 0.0) {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    bool line = hatching.x > 0 && (pixel.x + hatching.z - 1 - pixel.y) % hatching.x < hatching.y;
    found = vec4(line ? hatch : masked, 1.0);
  }
  colour = found;
}`;

/** Returns null where WebGL2 is missing. Throws when the driver refuses the program, with its log. */
export function createWebglRenderer(canvas: HTMLCanvasElement): Renderer | null {
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, powerPreference: 'low-power' });
  if (!gl || gl.isContextLost()) return null;
  const program = link(gl);
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const places = {
    target: uniform('target'),
    layer: uniform('layer'),
    masked: uniform('masked'),
    hatch: uniform('hatch'),
    hatching: uniform('hatching'),
  };
  const table = gl.createTexture();
  const textures = new Map<Picture, WebGLTexture>();
  let hatchPeriod = 0;

  gl.useProgram(program);
  gl.uniform1i(uniform('picture'), 0);
  gl.uniform1i(uniform('table'), 1);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.disable(gl.DITHER);

  const textureOf = (picture: Picture): WebGLTexture => {
    const known = textures.get(picture);
    if (known) return known;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.R16UI, picture.columns, picture.rows, picture.layers);
    gl.texSubImage3D(
      gl.TEXTURE_2D_ARRAY,
      0,
      0,
      0,
      0,
      picture.columns,
      picture.rows,
      picture.layers,
      gl.RED_INTEGER,
      gl.UNSIGNED_SHORT,
      picture.values,
    );
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    textures.set(picture, texture);
    return texture;
  };

  return {
    kind: 'webgl2',
    setColours(colours: Colours): void {
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, table);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 256, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(colours.table.buffer));
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
      gl.uniform3fv(places.masked, colours.masked.tone.map(unit));
      gl.uniform3fv(places.hatch, colours.masked.hatch.map(unit));
      const [red, green, blue] = colours.ground;
      gl.clearColor(unit(red), unit(green), unit(blue), 1);
      hatchPeriod = colours.hatchPeriod;
    },
    draw(placements: readonly Placement[]): void {
      const { width, height } = canvas;
      gl.viewport(0, 0, width, height);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform3i(places.hatching, hatchPeriod, hatchWidth(hatchPeriod), height);
      for (const { picture, layer, target } of placements) {
        const texture = textureOf(picture);
        gl.activeTexture(gl.TEXTURE0);
        gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
        gl.uniform1i(places.layer, layer);
        gl.uniform4f(
          places.target,
          (2 * target.x) / width - 1,
          1 - (2 * target.y) / height,
          (2 * target.width) / width,
          (-2 * target.height) / height,
        );
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
      }
    },
    forget(picture: Picture): void {
      gl.deleteTexture(textures.get(picture) ?? null);
      textures.delete(picture);
    },
    dispose(): void {
      for (const texture of textures.values()) gl.deleteTexture(texture);
      textures.clear();
      gl.deleteTexture(table);
      gl.deleteProgram(program);
    },
  };
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('WebGL made no shader.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`WebGL refused the heatmap's program: ${gl.getProgramInfoLog(program) ?? 'no reason given'}`);
  }
  return program;
}

function unit(byte: number): number {
  return byte / 255;
}
