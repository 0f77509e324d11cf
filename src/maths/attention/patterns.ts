import { bracketTargets } from './brackets.ts';
import { identifierTargets } from './identifiers.ts';
import { holders, listTargets, type Targets, type TextToken } from './targetLists.ts';

export type PatternId = 'previous' | 'first' | 'itself' | 'induction' | 'duplicate' | 'bracket' | 'identifier' | 'newline';

/** A pattern of attention: for each query the keys that a head with this pattern attends to. */
export interface Pattern {
  id: PatternId;
  name: string;
  /** What such a head attends to. */
  description: string;
  /** LaTeX of the set of target keys j of query i; t are token ids. */
  formula: string;
  /** The work that describes the pattern, with the place in it where that is known for sure; null where it is defined here. */
  source: { paper: string; place?: string; arxiv: string } | null;
  /** @throws RangeError for spans outside the text, or out of order */
  targetsOf: (tokens: readonly TextToken[], text: string) => Targets;
}

/** No target lies behind its query, and query 0 has none (`listTargets` says why). */
export const patterns: readonly Pattern[] = [
  {
    id: 'previous',
    name: 'Previous token',
    description: 'the token just before',
    formula: String.raw`\{\, i - 1 \,\}`,
    source: {
      paper: 'Voita et al. 2019, Analyzing Multi-Head Self-Attention: Specialized Heads Do the Heavy Lifting, the Rest Can Be Pruned',
      arxiv: '1905.09418',
    },
    targetsOf: ({ length }) =>
      listTargets(
        length,
        Array.from({ length }, (_, key) => [key]),
        (query) => query - 1,
      ),
  },
  {
    id: 'first',
    name: 'First token',
    description: 'the first token, where attention goes that is not needed elsewhere (the sink)',
    formula: String.raw`\{\, 0 \,\}`,
    source: {
      paper: 'Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks',
      place: 'section 1 and figure 2',
      arxiv: '2309.17453',
    },
    targetsOf: ({ length }) => listTargets(length, [[0]], () => 0),
  },
  {
    id: 'itself',
    name: 'Itself',
    description: 'the token itself',
    formula: String.raw`\{\, i \,\}`,
    source: { paper: 'Clark et al. 2019, What Does BERT Look At? An Analysis of BERT’s Attention', arxiv: '1906.04341' },
    targetsOf: ({ length }) =>
      listTargets(
        length,
        Array.from({ length }, (_, key) => [key]),
        (query) => query,
        true,
      ),
  },
  {
    id: 'induction',
    name: 'Induction',
    description: 'what followed the same token before',
    formula: String.raw`\{\, j \le i : t_{j-1} = t_i \,\}`,
    source: {
      paper: 'Olsson et al. 2022, In-context Learning and Induction Heads',
      place: 'definition of induction heads (prefix matching)',
      arxiv: '2209.11895',
    },
    targetsOf: (tokens) => sameIdTargets(tokens, 1),
  },
  {
    id: 'duplicate',
    name: 'Duplicate token',
    description: 'the same token before',
    formula: String.raw`\{\, j < i : t_j = t_i \,\}`,
    source: {
      paper: 'Wang et al. 2022, Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 small',
      place: 'section 3 (duplicate token heads)',
      arxiv: '2211.00593',
    },
    targetsOf: (tokens) => sameIdTargets(tokens, 0),
  },
  {
    id: 'bracket',
    name: 'Matching bracket',
    description: 'the opening bracket that the token closes',
    formula: String.raw`\{\, j < i : j \text{ opens a bracket that } i \text{ closes} \,\}`,
    source: null,
    targetsOf: bracketTargets,
  },
  {
    id: 'identifier',
    name: 'Same identifier',
    description: 'the same place in an earlier occurrence of the identifier',
    formula: String.raw`\{\, j < i : j \text{ is at } i\text{'s place in an earlier occurrence of its identifier} \,\}`,
    source: null,
    targetsOf: identifierTargets,
  },
  {
    id: 'newline',
    name: 'Line breaks and indentation',
    description: 'line breaks and the white space that lines begin with',
    formula: String.raw`\{\, j \le i : j \text{ holds a line break or is leading white space} \,\}`,
    source: null,
    targetsOf: layoutTargets,
  },
];

/** Earlier tokens of the query's id, or the token `after` each of them. */
function sameIdTargets(tokens: readonly TextToken[], after: 0 | 1): Targets {
  const listOf = new Map<number, number>();
  const lists: number[][] = [];
  tokens.forEach(({ id }, position) => {
    if (!listOf.has(id)) listOf.set(id, lists.push([]) - 1);
    lists[listOf.get(id)!]!.push(position + after);
  });
  return listTargets(tokens.length, lists, (query) => listOf.get(tokens[query]!.id)!, after === 1);
}

/** Tokens that hold a line break, or nothing but white space that a line begins with. */
function layoutTargets(tokens: readonly TextToken[], text: string): Targets {
  const holder = holders(tokens, text);
  const breaks = new Set<number>();
  const white = new Set<number>();
  const other = new Set<number>();
  let leading = true;
  for (let unit = 0; unit < text.length; unit++) {
    const character = text[unit]!;
    const lineBreak = character === '\n' || character === '\r';
    leading = lineBreak || (leading && /\s/u.test(character));
    (lineBreak ? breaks : leading ? white : other).add(holder[unit]!);
  }
  const keys = [...tokens.keys()].filter((key) => breaks.has(key) || (white.has(key) && !other.has(key)));
  return listTargets(tokens.length, [keys], () => 0, true);
}
