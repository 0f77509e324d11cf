/** A formula view alone on the page, with a cell of attention that is computed here, by loops of its own. */

import { softmaxJacobianNorm } from '../../../src/maths/attention/softmaxJacobian.ts';
import type { AttentionCell } from '../../../src/protocol/inference.ts';
import { sdpaContent } from '../../../webview/attention/formula.ts';
import { FormulaView } from '../../../webview/shared/formula/formulaView.ts';

const width = 16;
const keys = 6;
const noise = (seed: number): number => Math.sin(seed * 12.9898) * 2;

function cell(query: number, key: number): AttentionCell {
  const vector = (seed: number): Float32Array => Float32Array.from({ length: width }, (_, i) => noise(seed * 97 + i * 3 + 1));
  const queryVector = vector(query);
  const allKeys = Array.from({ length: keys }, (_, j) => vector(40 + j));
  const allValues = Array.from({ length: keys }, (_, j) => vector(80 + j));
  const scores = allKeys.map((k) => k.reduce((sum, component, i) => sum + component * queryVector[i]!, 0));
  const logits = scores.map((score, j) => (j > query ? -Infinity : score / Math.sqrt(width)));
  const maximum = Math.max(...logits);
  const denominator = logits.reduce((sum, logit) => sum + Math.exp(logit - maximum), 0);
  const weights = logits.map((logit) => Math.exp(logit - maximum) / denominator);
  const output = Float64Array.from({ length: width }, (_, i) => weights.reduce((sum, weight, j) => sum + weight * allValues[j]![i]!, 0));
  const [score, logit, weight] = [scores[key]!, logits[key]!, weights[key]!];
  const scaled = score / Math.sqrt(width);
  return {
    queryVector,
    keyVector: allKeys[key]!,
    valueVector: allValues[key]!,
    output: Float32Array.from(output),
    steps: [
      { kind: 'scale', factor: 1 / Math.sqrt(width), before: score, after: scaled },
      { kind: 'select', masked: key > query, before: scaled, after: logit },
    ],
    run: { score, logit, weight },
    computed: {
      ...{ score, logit, maximum, denominator, weight, output },
      jacobianNorm: softmaxJacobianNorm(weights),
      ...{ weightResidual: 3.1e-8, outputResidual: 2.04e-7, jacobianResidual: 1.2e-8 },
    },
    variance: { total: 41.25, trace: 30.5, queryMean: 8.25, keyMean: 2.5, headDim: width },
  };
}

const events: [name: string, argument: string | null][] = [];
const openSteps = new Set<string>();
let shown = { query: 4, key: 2 };

const view = new FormulaView({
  pointed: (term) => events.push(['pointed', term]),
  toggledStep(step) {
    events.push(['toggledStep', step]);
    if (!openSteps.delete(step)) openSteps.add(step);
    show(shown.query, shown.key);
  },
  copied: (latex) => events.push(['copied', latex]),
});

function show(query: number, key: number): AttentionCell {
  shown = { query, key };
  const made = cell(query, key);
  view.show(sdpaContent(made, { index: query, text: '    return' }, { index: key, text: ' def' }, openSteps));
  return made;
}

const app = document.getElementById('app');
if (app) app.hidden = true;
const room = document.createElement('main');
room.style.cssText = 'height: 100vh; overflow: auto;';
room.append(view.element);
document.body.append(room);

const page = { show, events, light: (term: string | null) => view.light(term) };
export type FormulaPage = typeof page;
Object.assign(window, { formulaPage: page });
