/** What calls are given, checked before anything is made of it. */

import { RpcError } from '../../../protocol/rpc.ts';
import type { PicturePart } from '../../../protocol/vae.ts';

function bad(message: string): RpcError {
  return new RpcError('bad-input', message);
}

/** An array of whole items, all finite. @returns how many */
export function checkItems(name: string, value: unknown, size: number): number {
  if (!(value instanceof Float32Array)) throw bad(`${name} is no Float32Array.`);
  if (value.length % size !== 0) throw bad(`${name} has ${value.length} numbers; an item has ${size}.`);
  const wrong = value.findIndex((number) => !Number.isFinite(number));
  if (wrong >= 0) throw bad(`${name} has ${value[wrong]} at place ${wrong}; finite numbers are needed.`);
  return value.length / size;
}

export function checkItem(name: string, value: unknown, size: number): Float32Array {
  if (checkItems(name, value, size) !== 1)
    throw bad(`${name} has ${(value as Float32Array).length} numbers; one item of ${size} is needed.`);
  return value as Float32Array;
}

export function checkWhole(name: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw bad(`${name} is ${String(value)}; a whole number from ${least} to ${most} is needed.`);
}

export function checkNumber(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw bad(`${name} is ${String(value)}; a number from ${least} to ${most} is needed.`);
}

/** A part of a picture that lies inside it. */
export function checkPart(name: string, value: unknown, size: { width: number; height: number }): PicturePart {
  if (typeof value !== 'object' || value === null)
    throw bad(`${name} is ${String(value)}; x, y, width and height in the picture's pixels are needed.`);
  const given = value as Readonly<Record<keyof PicturePart, unknown>>;
  const x = checkWhole(`${name}.x`, given.x, 0, size.width - 1);
  const y = checkWhole(`${name}.y`, given.y, 0, size.height - 1);
  const width = checkWhole(`${name}.width`, given.width, 1, size.width - x);
  const height = checkWhole(`${name}.height`, given.height, 1, size.height - y);
  return { x, y, width, height };
}

export const MOST_SEED = 2 ** 32 - 1;
