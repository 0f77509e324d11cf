/** The two formulas of an edge, with its numbers: what it adds, and what is lost without it. */

import { edgeEffect, weightedValue } from '../../../src/formulas/edges.ts';
import type { FormulaContent, TermValue } from '../../shared/formula/content.ts';
import { FormulaView } from '../../shared/formula/formulaView.ts';
import type { Measured } from './edgeStudy.ts';
import type { Edge } from './effectWords.ts';

export interface ShownEdge {
  readonly edge: Edge;
  readonly measured: Measured;
  readonly query: { readonly index: number; readonly text: string };
  readonly key: string;
}

const number = (value: number): TermValue => ({ kind: 'number', value });

export class EffectFormulas {
  readonly element = document.createElement('div');
  readonly #views: readonly FormulaView[];

  constructor(copied: (latex: string) => void) {
    this.#views = [edgeEffect, weightedValue].map(
      () => new FormulaView({ pointed: () => undefined, toggledStep: () => undefined, copied: (latex) => copied(latex) }),
    );
    this.element.append(...this.#views.map(({ element }) => element));
  }

  show(shown: ShownEdge): void {
    [effectContent(shown), weightContent(shown)].forEach((content, i) => this.#views[i]?.show(content));
  }
}

function indicesOf({ edge, query, key }: ShownEdge): NonNullable<FormulaContent['indices']> {
  return [
    { symbol: 'i', name: `query ${query.index}`, token: query.text },
    { symbol: 'j', name: `key ${edge.key}`, token: key },
  ];
}

export function effectContent(shown: ShownEdge): FormulaContent {
  const { edge, measured } = shown;
  const { target, logProbability } = measured;
  const nothing: TermValue = { kind: 'absent', note: 'with this edge masked the query has nothing to attend to' };
  const left = Number.isNaN(edge.change);
  return {
    formula: edgeEffect,
    values: new Map([
      ['change', left ? nothing : number(edge.change)],
      ['masked', left ? nothing : number(logProbability + edge.change)],
      ['logProbability', number(logProbability)],
      ['weight', number(edge.weight)],
    ]),
    indices: [
      ...indicesOf(shown),
      { symbol: 'y', name: target.actual ? 'what follows' : 'the most probable next token', token: target.text },
    ],
    openSteps: new Set(),
  };
}

export function weightContent(shown: ShownEdge): FormulaContent {
  const { edge } = shown;
  const unknown: TermValue = { kind: 'absent', note: 'not known for this head' };
  return {
    formula: weightedValue,
    values: new Map([
      ['contribution', edge.norm === null ? unknown : number(edge.weight * edge.norm)],
      ['weight', number(edge.weight)],
      ['norm', edge.norm === null ? unknown : number(edge.norm)],
    ]),
    indices: indicesOf(shown),
    openSteps: new Set(),
  };
}
