/** From logits to the next token: how probable it is, how surprising, and what sampling leaves. */

import type { Formula, Term } from './formula.ts';

const probability: Term = {
  id: 'probability',
  symbol: 'p_v',
  name: 'probability',
  meaning: 'What the model gives token v as the next one.',
  shape: '[vocabulary]',
  unit: 'dimensionless',
};
const kept = (meaning: string): Term => ({ id: 'kept', symbol: 'S', name: 'tokens kept', meaning, shape: 'set of tokens', unit: 'tokens' });
const renormalised: Term = {
  id: 'renormalised',
  symbol: "p'_v",
  name: 'probability after the filter',
  meaning: 'What token v is drawn with: its share among the tokens kept, 0 for all others.',
  shape: '[vocabulary]',
  unit: 'dimensionless',
};
const share = String.raw`\term{renormalised}{p'_v}=\frac{\term{probability}{p_v}}{\sum_{w\in\term{kept}{S}}p_w},\quad v\in\term{kept}{S}`;

export const nextToken: readonly Formula[] = [
  {
    id: 'surprisal',
    family: 'Loss',
    name: 'Surprisal of a token',
    latex: String.raw`\term{surprisal}{I_t}=-\log_2\term{probability}{p(x_t\mid x_{<t})}`,
    lines: [],
    terms: [
      {
        id: 'surprisal',
        symbol: 'I_t',
        name: 'surprisal',
        meaning: 'How unexpected token t was after those before it: 0 where it was certain, 1 where it was one of two alike.',
        shape: '[tokens]',
        unit: 'bits',
      },
      {
        id: 'probability',
        symbol: String.raw`p(x_t\mid x_{<t})`,
        name: 'probability of the token',
        meaning: 'What the model gave the token that came, from the tokens before it alone.',
        shape: '[tokens]',
        unit: 'dimensionless',
      },
    ],
    claim: 'definition',
    source: { paper: 'Levy 2008, Expectation-based syntactic comprehension', place: 'abstract (surprisal)' },
    steps: [],
  },
  {
    id: 'temperature',
    family: 'Transformer',
    name: 'Softmax with temperature',
    latex: String.raw`\term{probability}{p_v}=\frac{\exp(\term{logit}{z_v}/\term{temperature}{T})}{\sum_w\exp(z_w/\term{temperature}{T})}`,
    lines: [],
    terms: [
      probability,
      {
        id: 'logit',
        symbol: 'z_v',
        name: 'logit',
        meaning: 'The model’s last number for token v; only differences between logits matter.',
        shape: '[vocabulary]',
        unit: 'nats',
      },
      {
        id: 'temperature',
        symbol: 'T',
        name: 'temperature',
        meaning: 'Below 1 the probable tokens gain, above 1 the improbable ones do; 1 leaves the model’s own distribution.',
        shape: 'number',
        unit: 'dimensionless',
      },
    ],
    claim: 'definition',
    note: 'At T = 0 the fraction is not defined; it then means its limit, the most probable token.',
    source: {
      paper: 'Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network',
      place: 'eq. 1',
      arxiv: '1503.02531',
    },
    steps: [],
  },
  {
    id: 'top_p',
    family: 'Transformer',
    name: 'Top-p (nucleus) sampling',
    latex: String.raw`\term{kept}{S}=\text{the smallest set of most probable tokens with }\sum_{v\in S}\term{probability}{p_v}\ge\term{threshold}{p}`,
    lines: [share],
    terms: [
      kept('The most probable tokens, as many as it takes for their probabilities to reach p.'),
      probability,
      {
        id: 'threshold',
        symbol: 'p',
        name: 'top-p',
        meaning: 'The probability that the tokens kept have together, at least; 1 keeps all.',
        shape: 'number',
        unit: 'dimensionless',
      },
      renormalised,
    ],
    claim: 'definition',
    source: { paper: 'Holtzman et al. 2020, The Curious Case of Neural Text Degeneration', place: 'section 3.1', arxiv: '1904.09751' },
    steps: [],
  },
  {
    id: 'min_p',
    family: 'Transformer',
    name: 'Min-p sampling',
    latex: String.raw`\term{kept}{S}=\bigl\{\,v : \term{probability}{p_v}\ge\term{threshold}{p_{\min}}\cdot\max_w p_w\,\bigr\}`,
    lines: [share],
    terms: [
      kept('Tokens that are not much less probable than the most probable one: the surer the model, the fewer.'),
      probability,
      {
        id: 'threshold',
        symbol: String.raw`p_{\min}`,
        name: 'min-p',
        meaning: 'The least share of the largest probability that a token must have; 0 keeps all.',
        shape: 'number',
        unit: 'dimensionless',
      },
      renormalised,
    ],
    claim: 'definition',
    source: {
      paper: 'Nguyen et al. 2024, Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM Outputs',
      arxiv: '2407.01082',
    },
    steps: [],
  },
];
