import type { Comparison, ComparisonOperator, Expression, NumberLiteral } from '../syntax/ast.ts';
import { isOfLibrary, pathOf } from './callee.ts';
import { callLatex } from './calls.ts';
import { comprehensionLatex, lambdaLatex } from './bindings.ts';
import { codeOf, type Writing } from './context.ts';
import { floor, modulo } from './elementwise.ts';
import { stopped } from './losses.ts';
import {
  at,
  atom,
  called,
  cases,
  fenced,
  indexed,
  joined,
  level,
  list,
  negative,
  number,
  power,
  product,
  quotient,
  sum,
  type Case,
  type Piece,
} from './pieces.ts';
import { transposed } from './reductions.ts';
import { subscriptLatex } from './subscripts.ts';
import { textLatex, wordLatex } from './text.ts';
import { variableLatex } from './paths.ts';

/** Beyond it nobody reads a formula. */
const deepest = 120;
const ellipsis = atom(String.raw`\ldots`);

/** An expression as a piece of LaTeX. What is too deep, or too much, is an ellipsis. */
export function expressionLatex(expression: Expression, writing: Writing): Piece {
  if (writing.depth > deepest || writing.budget.left-- <= 0) return ellipsis;
  const piece = kindLatex(expression, { ...writing, depth: writing.depth + 1 });
  const mark = writing.marks.get(expression);
  return mark === undefined ? piece : { ...piece, latex: String.raw`\term{${mark}}{${piece.latex}}` };
}

function kindLatex(expression: Expression, writing: Writing): Piece {
  const write = (inner: Expression): Piece => expressionLatex(inner, writing);
  switch (expression.kind) {
    case 'name': {
      const { id } = expression;
      const definition = writing.definitions.get(id);
      if (definition && !writing.within.has(id) && !writing.bound.has(id))
        return expressionLatex(definition, { ...writing, within: new Set([...writing.within, id]) });
      const imported = writing.imports.get(id);
      const constant =
        imported === undefined ? (id === 'inf' ? id : null) : isOfLibrary([id], writing.imports) ? imported.split('.').at(-1)! : null;
      if (constant !== null && !writing.bound.has(id) && Object.hasOwn(known, constant)) return constantLatex(constant, writing);
      return variableLatex(expression, writing);
    }
    case 'number':
      return numberLatex(expression);
    case 'string':
      return atom(
        expression.parts.map((part) => (typeof part === 'string' ? textLatex(part) : write(part).latex)).join('') || String.raw`\text{}`,
        1,
      );
    case 'constant':
      return expression.value === 'ellipsis' ? ellipsis : atom(String.raw`\mathrm{${constants[String(expression.value)]}}`);
    case 'unary':
      return unaryLatex(expression.operator, write(expression.operand));
    case 'binary':
      return binaryLatex(
        expression.operator,
        write(expression.left),
        write(expression.right),
        isTest(expression.left) && isTest(expression.right),
      );
    case 'logical': {
      const own = expression.operator === 'and' ? level.and : level.or;
      const sign = expression.operator === 'and' ? String.raw`\land` : String.raw`\lor`;
      return joined(at(own, write(expression.left)), sign, at(own, write(expression.right)), own);
    }
    case 'comparison':
      return comparisonLatex(expression, write);
    case 'call':
      return callLatex(expression, writing);
    case 'attribute':
      return attributeLatex(expression, writing);
    case 'subscript':
      return subscriptLatex(expression, writing);
    case 'slice':
      return {
        ...list([]),
        latex: `${expression.from ? write(expression.from).latex : ''}:${expression.to ? write(expression.to).latex : ''}${expression.step ? `:${write(expression.step).latex}` : ''}`,
      };
    case 'tuple':
      return fenced('(', list(expression.items.map(write)), ')');
    case 'list':
      return fenced('[', list(expression.items.map(write)), ']');
    case 'set':
      return fenced(String.raw`\{`, list(expression.items.map(write)), String.raw`\}`);
    case 'dictionary':
      return fenced(
        String.raw`\{`,
        list(
          expression.entries.map(({ key, value }) =>
            key ? joined(write(key), String.raw`\mapsto`, write(value), level.list) : write(value),
          ),
        ),
        String.raw`\}`,
      );
    case 'conditional':
      return cases(conditionalRows(expression, write));
    case 'lambda':
      return lambdaLatex(expression, writing);
    case 'comprehension':
      return comprehensionLatex(expression, writing);
    case 'starred':
      return list([write(expression.value), ellipsis]);
    case 'walrus':
      return write(expression.value);
    case 'await':
    case 'yield':
      return expression.value ? write(expression.value) : atom(String.raw`\mathrm{None}`);
    case 'unread':
      return atom(textLatex(codeOf(writing.text, expression)) || String.raw`\ldots`, 1);
  }
}

const constants: Readonly<Record<string, string>> = { true: 'True', false: 'False', null: 'None' };

/** As a reader of formulas would write it: 1e-8 is a power of ten. */
function numberLatex({ value, imaginary, text }: NumberLiteral): Piece {
  const exponent = /^([\d_.]+)[eE]([+-]?\d+)[jJ]?$/.exec(text);
  if (!imaginary && exponent) {
    const mantissa = Number(exponent[1]!.replaceAll('_', ''));
    const ten = power(number(10), atom(String(Number(exponent[2]))));
    return mantissa === 1 ? ten : { ...product(number(mantissa), ten), value };
  }
  if (!Number.isFinite(value)) return atom(String.raw`\infty`);
  const plain = plainNumber(value);
  return imaginary ? atom(String.raw`${plain}\mathrm{i}`) : { ...atom(plain), value };
}

function plainNumber(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  return exponent === undefined ? mantissa : String.raw`${mantissa} \cdot 10^{${Number(exponent)}}`;
}

function unaryLatex(operator: string, operand: Piece): Piece {
  if (operator === '-') return negative(operand);
  if (operator === '+') return operand;
  const inner = at(operator === 'not' ? level.other : level.prefix, operand);
  const sign = operator === 'not' || operand.level === level.comparison ? String.raw`\lnot` : String.raw`\mathord{\sim}`;
  return { latex: `${sign} ${inner.latex}`, level: operator === 'not' ? level.not : level.prefix, height: inner.height };
}

const others: Readonly<Record<string, string>> = {
  '<<': String.raw`\ll`,
  '>>': String.raw`\gg`,
  '&': String.raw`\mathbin{\&}`,
  '|': String.raw`\mathbin{|}`,
  '^': String.raw`\oplus`,
};

export function binaryLatex(operator: string, left: Piece, right: Piece, areTests = false): Piece {
  switch (operator) {
    case '+':
    case '-':
      return sum(left, operator, right);
    case '*':
    case '@':
      return product(left, right);
    case '/':
      return quotient(left, right);
    case '//':
      return floor(quotient(left, right));
    case '%':
      return modulo(left, right);
    case '**':
      return power(left, right);
    default: {
      // Of masks they are what `and` and `or` are of truth values.
      if (areTests && operator === '&') return joined(at(level.and, left), String.raw`\land`, at(level.and, right), level.and);
      if (areTests && operator === '|') return joined(at(level.or, left), String.raw`\lor`, at(level.or, right), level.or);
      return joined(at(level.sum, left), others[operator] ?? String.raw`\circ`, at(level.sum, right), level.other);
    }
  }
}

const isTest = ({ kind }: Expression): boolean => kind === 'comparison' || kind === 'logical';

const signs: Readonly<Record<ComparisonOperator, string>> = {
  '<': '<',
  '<=': String.raw`\le`,
  '>': '>',
  '>=': String.raw`\ge`,
  '==': '=',
  '!=': String.raw`\ne`,
  in: String.raw`\in`,
  'not in': String.raw`\notin`,
  is: String.raw`\equiv`,
  'is not': String.raw`\not\equiv`,
};

function comparisonLatex({ first, rest }: Comparison, write: (inner: Expression) => Piece): Piece {
  let all = at(level.other, write(first));
  for (const { operator, operand } of rest) all = joined(all, signs[operator], at(level.other, write(operand)), level.comparison);
  return { ...all, level: level.comparison };
}

/** `a if b else (c if d else e)` has three rows. */
function conditionalRows(expression: Expression, write: (inner: Expression) => Piece): Case[] {
  const rows: Case[] = [];
  let inner = expression;
  for (; inner.kind === 'conditional' && rows.length < 20; inner = inner.otherwise)
    rows.push({ value: write(inner.then), test: write(inner.test) });
  return [...rows, { value: write(inner), test: null }];
}

/** Constants of libraries. */
const known: Readonly<Record<string, string>> = {
  pi: String.raw`\pi`,
  tau: String.raw`2\pi`,
  e: String.raw`\mathrm{e}`,
  inf: String.raw`\infty`,
  infty: String.raw`\infty`,
  Inf: String.raw`\infty`,
  nan: String.raw`\mathrm{NaN}`,
};

function constantLatex(name: string, writing: Writing): Piece {
  writing.variables.reserve(known[name]!);
  return atom(known[name]!);
}

function attributeLatex(expression: Expression & { kind: 'attribute' }, writing: Writing): Piece {
  const { object, name } = expression;
  const path = pathOf(expression);
  if (path && isOfLibrary(path, writing.imports) && Object.hasOwn(known, name)) return constantLatex(name, writing);
  const write = (): Piece => expressionLatex(object, writing);
  switch (name) {
    case 'T':
    case 'mT':
      return transposed(write());
    case 'H':
    case 'mH':
      return power(write(), atom('*'));
    case 'data':
      return stopped(write());
    case 'grad':
      return { ...atom(String.raw`\nabla_{${write().latex}}`), level: level.prefix };
    case 'real':
    case 'imag':
      return called(name === 'real' ? 'Re' : 'Im', write());
  }
  if (path) return variableLatex(expression, writing);
  // `f(x).sample`, of which only the name is known.
  return indexed(write(), [atom(wordLatex(name))]);
}
