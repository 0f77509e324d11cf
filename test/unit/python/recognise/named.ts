import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { Follower } from '../../../../src/python/expression/follow/follower.ts';
import { Graph } from '../../../../src/python/expression/node.ts';
import { findFormulas, type Found } from '../../../../src/python/recognise/findings.ts';
import { Recogniser } from '../../../../src/python/recognise/recogniser.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from '../syntax/parser.ts';

const parser = await pythonParser();

function read(code: string): { found: Found[]; starts: number[] } {
  const follower = new Follower(new Graph());
  follower.module(readModule(parser, code));
  return {
    found: findFormulas(follower.computed, new Recogniser(catalogue.values())),
    starts: follower.computed.map(({ start }) => start),
  };
}

/** Ids of what code is, in order. */
export const named = (code: string): string[] => read(code).found.map(({ recognition }) => recognition.formula.id);

/** What the last statement is. */
export function last(code: string): string[] {
  const { found, starts } = read(code);
  const end = Math.max(...starts);
  return found.filter(({ computed }) => computed.start === end).map(({ recognition }) => recognition.formula.id);
}
