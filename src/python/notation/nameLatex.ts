/** Which formula of the catalogue a piece of LaTeX states, by value. */

import type { Formula } from '../../formulas/formula.ts';
import { Graph, TooLarge, type Node } from '../expression/node.ts';
import type { Surroundings } from '../recognise/evidence/evidence.ts';
import { Recogniser } from '../recognise/recogniser.ts';
import { contradicts } from './contradiction.ts';
import { compute, type Expectation } from './compute.ts';
import { driftOf } from './differential.ts';
import { statementsOf, type Statement, type Statements } from './statements.ts';
import { surroundingsOf } from './surroundings.ts';
import { tokensOf } from './tokens.ts';
import { within, type Tree } from './tree.ts';
import { Unread } from './unread.ts';

/** Sides of equations that are looked at. */
const mostSides = 6;
const mostOthers = 3;

/**
 * The id of the formula: of the first statement that is one, its last side first. null where there is none, or it is not understood. Any
 * text may be asked about.
 */
export function nameLatex(latex: string, catalogue: Iterable<Formula>): string | null {
  try {
    const statements = statementsOf(tokensOf(latex));
    const formulas = [...catalogue];
    const work: Work = { statements, graph: new Graph(), catalogue: formulas, recogniser: new Recogniser(formulas) };
    const sides = [...statements.main, ...statements.defining].flatMap((statement) => statement.sides.map((side) => ({ statement, side })));
    for (const { statement, side } of sides.slice(0, mostSides)) {
      const id = nameOf(side, statement, work);
      if (id !== null) return id;
    }
    return null;
  } catch (error) {
    if (error instanceof Unread || error instanceof TooLarge) return null;
    throw error;
  }
}

interface Work {
  readonly statements: Statements;
  readonly graph: Graph;
  readonly catalogue: readonly Formula[];
  readonly recogniser: Recogniser;
}

/** The next best formula, where the best one takes a symbol for what it never is. */
function recognised(node: Node, surroundings: Surroundings, { catalogue, recogniser }: Work): string | null {
  let left = catalogue;
  let found = recogniser.recognise(node, surroundings);
  for (let others = 0; found && contradicts(found) && others < mostOthers; others++) {
    const { id } = found.formula;
    left = left.filter((formula) => formula.id !== id);
    found = new Recogniser(left).recognise(node, surroundings);
  }
  return found && !contradicts(found) ? found.formula.id : null;
}

function nameOf(side: Tree, statement: Statement, work: Work): string | null {
  const { statements, graph } = work;
  const hasExpectation = [...within(side)].some(({ kind }) => kind === 'expectation');
  const ways: readonly Expectation[] = hasExpectation ? ['mean', 'sample'] : ['mean'];
  for (const way of ways) {
    try {
      const node = compute(isDifferential(statement, side) ? driftOf(side) : side, graph, statements, way);
      const surroundings = surroundingsOf(statement, side, statements);
      const found =
        recognised(node, surroundings, work) ??
        (isObjective(statement, side) ? recognised(graph.apply('negate', [node]), surroundings, work) : null);
      if (found !== null) return found;
      // Of distributions that are known by their symbols alone.
      if (side.kind === 'apply' && side.op === 'divergence' && statement.left !== side) return 'kl_dist';
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
    }
  }
  return null;
}

const isLog = (tree: Tree): boolean => tree.kind === 'apply' && tree.op === 'log';

/** What is to be made large is a loss with its sign turned. */
function isObjective({ left, isMaximised }: Statement, side: Tree): boolean {
  const name = left?.kind === 'name' ? left : left?.kind === 'call' ? left.of : null;
  if (isMaximised || name?.base === 'ELBO' || name?.base === 'J' || name?.base === 'V' || name?.labels.includes('CLIP')) return true;
  if (side.kind !== 'expectation') return false;
  // A bound: the mean under q(z|x), or of a ratio to it.
  return (
    side.draws.some(([, from]) => from.startsWith('q')) ||
    (isLog(side.body) && [...within(side.body)].some((inner) => inner.kind === 'call' && inner.of.base === 'q'))
  );
}

const isDifferential = ({ left }: Statement, side: Tree): boolean => left?.kind === 'name' && /^d[xz]$/.test(left.base) && side !== left;
