/** What an expression is. */

import type { Comparison, Expression, Subscript } from '../../syntax/ast.ts';
import { leaves, numberOf, unwrap, type Node } from '../node.ts';
import { isNode, none, Scope, type Value } from '../values.ts';
import type { Follow } from './context.ts';
import { partOf, toNode, toNumber, toTruth } from './convert.ts';
import { entryOf } from './entries.ts';
import { lookUp } from './names.ts';

const binaryOperations: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'floorDivide',
  '%': 'remainder',
  '**': 'power',
  '@': 'matmul',
  '&': 'logicalAnd',
  '|': 'logicalOr',
  '^': 'exclusiveOr',
};

const comparisons: Readonly<Record<string, string>> = {
  '<': 'less',
  '<=': 'lessEqual',
  '>': 'greater',
  '>=': 'greaterEqual',
  '==': 'equal',
  '!=': 'notEqual',
};

/** `nn.Dense(n)(x)` */
function isMadeLayer({ callee }: Extract<Expression, { readonly kind: 'call' }>): boolean {
  if (callee.kind !== 'call') return false;
  const { callee: made } = callee;
  return /^[A-Z]/.test(made.kind === 'name' ? made.id : made.kind === 'attribute' ? made.name : '');
}

/** Computes one expression whose parts `follow.evaluate` computes. */
export function evaluateExpression(follow: Follow, expression: Expression, scope: Scope): Value {
  const { build } = follow;
  const node = (part: Expression): Node => follow.evaluateNode(part, scope);
  switch (expression.kind) {
    case 'name':
      return lookUp(build, scope, expression.id);
    case 'number':
      return expression.imaginary ? build.with('global', [], { name: expression.text }) : build.number(expression.value);
    case 'string': {
      const texts = expression.parts.map((part) => (typeof part === 'string' ? part : textOf(follow.evaluate(part, scope))));
      return texts.every((text) => text !== null) ? { kind: 'text', value: texts.join('') } : build.with('global', [], { name: 'text' });
    }
    case 'constant':
      if (expression.value === null) return none;
      return expression.value === 'ellipsis' ? { kind: 'ellipsis' } : { kind: 'truth', value: expression.value };
    case 'unary': {
      if (expression.operator === 'not') {
        const truth = toTruth(follow.evaluate(expression.operand, scope));
        return truth === null ? build.apply('logicalNot', node(expression.operand)) : { kind: 'truth', value: !truth };
      }
      const operand = node(expression.operand);
      if (expression.operator === '-') return build.apply('negate', operand);
      return expression.operator === '+' ? operand : build.apply('logicalNot', operand);
    }
    case 'binary': {
      const left = follow.evaluate(expression.left, scope);
      const right = follow.evaluate(expression.right, scope);
      if (expression.operator === '+') {
        const [before, after] = [lengthsIn(left), lengthsIn(right)];
        // Of an array's shape alone, as of an array, nothing is known.
        if (before && after && !(isNode(left) && isNode(right))) return { kind: 'tuple', items: [...before, ...after] };
      }
      const operation = binaryOperations[expression.operator];
      const operands = [toNode(build, left), toNode(build, right)];
      return operation ? build.apply(operation, ...operands) : build.with('opaque', operands, { callee: expression.operator });
    }
    case 'logical': {
      const left = follow.evaluate(expression.left, scope);
      const right = follow.evaluate(expression.right, scope);
      const truth = toTruth(left);
      if (truth !== null) return (expression.operator === 'and') === truth ? right : left;
      if (isNode(left) && isNode(right)) return build.with('choice', [left, right], {});
      return right;
    }
    case 'comparison':
      return compare(follow, expression, scope);
    case 'conditional': {
      const test = toTruth(follow.evaluate(expression.test, scope));
      const then = follow.evaluate(expression.then, scope);
      const otherwise = follow.evaluate(expression.otherwise, scope);
      return test === null ? choose(follow, then, otherwise) : test ? then : otherwise;
    }
    case 'tuple':
    case 'list':
    case 'set':
      return {
        kind: 'tuple',
        items: expression.items.flatMap((item) => {
          if (item.kind !== 'starred') return [follow.evaluate(item, scope)];
          const spread = follow.evaluate(item.value, scope);
          return !isNode(spread) && spread.kind === 'tuple' ? spread.items : [spread];
        }),
      };
    case 'dictionary': {
      const entries = new Map<string, Value>();
      for (const { key, value } of expression.entries) {
        const held = follow.evaluate(value, scope);
        const name = key && textOf(follow.evaluate(key, scope));
        if (name) entries.set(name, held);
        else if (!key && !isNode(held) && held.kind === 'dictionary') for (const [inner, its] of held.entries) entries.set(inner, its);
      }
      return { kind: 'dictionary', entries };
    }
    case 'attribute':
      return follow.attributeOf(follow.evaluate(expression.object, scope), expression.name);
    case 'subscript':
      return subscript(follow, expression, scope);
    case 'slice':
      return {
        kind: 'slice',
        from: expression.from && follow.evaluate(expression.from, scope),
        to: expression.to && follow.evaluate(expression.to, scope),
        step: expression.step && follow.evaluate(expression.step, scope),
      };
    case 'call': {
      const callee = follow.evaluate(expression.callee, scope);
      const result = follow.call(callee, follow.argumentsOf(expression.args, scope), expression);
      // Of two layers that are made where they are called each has weights of its own.
      if (!isNode(result) || result.op !== 'opaque' || !isMadeLayer(expression)) return result;
      return follow.build.with('opaque', result.args, { ...result.attributes, site: expression.start });
    }
    case 'lambda':
      follow.lambda(expression, scope);
      return { kind: 'function', definition: expression, scope, self: null };
    case 'comprehension': {
      const inner = new Scope(scope);
      const [only, ...further] = expression.clauses;
      // Of a few values that stand there, each is one of its own.
      const each = only && further.length === 0 && only.conditions.length === 0 ? follow.evaluate(only.iterable, inner) : null;
      if (
        only &&
        each &&
        !isNode(each) &&
        each.kind === 'tuple' &&
        !each.repeated &&
        each.items.length > 1 &&
        each.items.length <= mostEach
      )
        return {
          kind: 'tuple',
          items: each.items.map((item) => {
            const round = new Scope(scope);
            follow.bind(only.target, item, round);
            return follow.evaluate(expression.value ?? expression.element, round);
          }),
        };
      for (const { target, iterable } of expression.clauses) follow.bind(target, itemOf(follow, follow.evaluate(iterable, inner)), inner);
      const element = follow.evaluate(expression.value ?? expression.element, inner);
      return { kind: 'tuple', items: [element], repeated: true };
    }
    case 'starred':
      return follow.evaluate(expression.value, scope);
    case 'walrus': {
      const value = follow.evaluate(expression.value, scope);
      follow.bind(expression.target, value, scope);
      return value;
    }
    case 'await':
    case 'yield':
      return expression.value ? follow.evaluate(expression.value, scope) : none;
    case 'unread':
      return build.graph.draw('unread', []);
  }
}

const mostEach = 6;

export function textOf(value: Value): string | null {
  if (!isNode(value)) return value.kind === 'text' ? value.value : null;
  const number = toNumber(value);
  return number === null ? null : String(number);
}

/** Both of two values that a condition decides between. */
export function choose(follow: Follow, a: Value, b: Value): Value {
  if (a === b) return a;
  if (isNode(a) && isNode(b)) return follow.build.with('choice', [a, b], {});
  if (!isNode(a) && a.kind === 'none') return b;
  if (!isNode(b) && b.kind === 'none') return a;
  if (!isNode(a) && !isNode(b) && a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length)
    return { kind: 'tuple', items: a.items.map((item, index) => choose(follow, item, b.items[index]!)) };
  return isNode(a) ? a : isNode(b) ? b : a;
}

/** Items of a tuple, or a shape or a part of one as one item that stands for several. */
function lengthsIn(value: Value): readonly Value[] | null {
  if (!isNode(value)) return value.kind === 'tuple' && value.repeated !== true ? value.items : null;
  const inner = unwrap(value);
  const lengths = inner.op === 'index' && String(inner.attributes['spec']).startsWith('slice') ? unwrap(inner.args[0]!) : inner;
  return lengths.op === 'shape' ? [value] : null;
}

/** What a loop over a value gives in each round. */
export function itemOf({ build }: Follow, value: Value): Value {
  if (!isNode(value)) {
    if (value.kind === 'tuple' && value.items.length > 0) return value.items[0]!;
    if (value.kind === 'range') return build.with('item', [build.with('global', [], { name: 'range' })], { index: null });
  }
  return build.with('item', [toNode(build, value)], { index: null });
}

function compare(follow: Follow, { first, rest }: Comparison, scope: Scope): Value {
  const { build } = follow;
  let left = follow.evaluate(first, scope);
  let result: Value | null = null;
  for (const { operator, operand } of rest) {
    const right = follow.evaluate(operand, scope);
    const one = compared(follow, operator, left, right);
    result = result && isNode(result) && isNode(one) ? build.apply('logicalAnd', result, one) : one;
    left = right;
  }
  return result ?? left;
}

function compared({ build }: Follow, operator: string, left: Value, right: Value): Value {
  const [a, b] = [textOf(left), textOf(right)];
  if (operator === '==' || operator === '!=') {
    if (a !== null && b !== null) return { kind: 'truth', value: (a === b) === (operator === '==') };
  }
  if (operator === 'is' || operator === 'is not') {
    const isNone = !isNode(left) && left.kind === 'none';
    if (!isNode(right) && right.kind === 'none') {
      // An argument that may be left out is there: that is the case in which it does something.
      const leaf = isNode(left) ? unwrap(left).op : '';
      if (isNone || (leaf !== 'parameter' && leaf !== 'attribute' && leaf !== 'global' && leaf !== 'opaque'))
        return { kind: 'truth', value: isNone === (operator === 'is') };
    }
    return build.graph.draw('unread', []);
  }
  const operation = comparisons[operator];
  return operation ? build.apply(operation, toNode(build, left), toNode(build, right)) : build.graph.draw('unread', []);
}

function subscript(follow: Follow, { object, indices }: Subscript, scope: Scope): Value {
  const { build } = follow;
  const of = follow.evaluate(object, scope);
  const values = indices.map((index) => {
    const value = follow.evaluate(index, scope);
    return !isNode(value) && value.kind === 'library' && value.path.endsWith('.newaxis') ? none : value;
  });
  if (!isNode(of)) {
    const number = toNumber(values[0]);
    if (of.kind === 'tuple' && values.length === 1 && number !== null && !of.repeated) {
      const item = of.items.at(number);
      if (item) return item;
    }
    if (of.kind === 'tuple' && of.items.length === 1 && of.repeated) return of.items[0]!;
    if (of.kind === 'dictionary') {
      const name = values[0] && textOf(values[0]);
      const entry = name !== null && name !== undefined ? of.entries.get(name) : undefined;
      if (entry) return entry;
    }
  }
  const name = values.length === 1 && values[0] && !isNode(values[0]) && values[0].kind === 'text' ? values[0].value : null;
  const array = toNode(build, of);
  if (name !== null) return build.with('attribute', [array], { name });
  const inner = unwrap(array);
  const number = values.length === 1 ? toNumber(values[0]) : null;
  if (inner.op === 'shape' && number !== null) return build.with('size', [inner.args[0]!], { axis: number });
  if (inner.op === 'parts' && number !== null && typeof inner.attributes['count'] === 'number')
    return partOf(build, inner, number, inner.attributes['count']);
  if (inner.op === 'opaque' && number !== null && inner.attributes['many'] !== false && !isArrayCall(inner))
    return build.with('item', [array], { index: number, count: 0 });
  const [rows, column] = values;
  // `x[arange(n), y]`: of every row the element that y says.
  if (values.length === 2 && isNode(rows!) && unwrap(rows).op === 'arange' && isNode(column!) && isClasses(column)) {
    const places = build.with('expandDims', [column], { axis: -1 });
    return build.with('squeeze', [build.with('gather', [array, places], { axis: -1 })], { axes: [-1] });
  }
  return sliced(follow, array, values);
}

/** Given as they are, or a stretch of what is given: `ids[1:]`. */
function isClasses(node: Node): boolean {
  const { op, args, attributes } = unwrap(node);
  if (op === 'index' && /^slice:[ft]$/.test(String(attributes['spec']))) return leaves.has(unwrap(args[0]!).op);
  return leaves.has(op);
}

/** Calls of which it is known that they give an array, though not which numbers. */
function isArrayCall({ attributes }: Node): boolean {
  return attributes['array'] === true;
}

/** `x[1:, None]` is `x[1:]` with one axis more. */
function apartFromNew(follow: Follow, array: Node, values: readonly Value[]): Node | null {
  const isNew = (value: Value): boolean => !isNode(value) && value.kind === 'none';
  const dots = values.findIndex((value) => !isNode(value) && value.kind === 'ellipsis');
  const bounded = values.some((value) => !isNode(value) && value.kind === 'slice' && (value.from ?? value.to) !== null);
  if (!bounded || !values.some(isNew)) return null;
  if (!values.every((value) => !isNode(value) && (value.kind === 'none' || value.kind === 'slice' || value.kind === 'ellipsis')))
    return null;
  let node = sliced(
    follow,
    array,
    values.filter((value) => !isNew(value)),
  );
  const axes = values.flatMap((value, place) => (isNew(value) ? [dots >= 0 && place > dots ? place - values.length : place] : []));
  // Those that are counted from the end: the last one first.
  for (const axis of [...axes.filter((one) => one >= 0), ...axes.filter((one) => one < 0).reverse()])
    node = follow.build.with('expandDims', [node], { axis });
  return node;
}

/** Every so many entries of the last axis, as "from/step": `x[:, 1::2]`; null for any other part. */
export function strideOf(values: readonly Value[]): string | null {
  const last = values.at(-1);
  if (!last || isNode(last) || last.kind !== 'slice' || !isAbsent(last.to)) return null;
  const [from, step] = [isAbsent(last.from) ? 0 : toNumber(last.from), isAbsent(last.step) ? 1 : toNumber(last.step)];
  const isWhole = (value: Value): boolean =>
    !isNode(value) && (value.kind === 'ellipsis' || (value.kind === 'slice' && [value.from, value.to, value.step].every(isAbsent)));
  if (from === null || step === null || step < 2 || !values.slice(0, -1).every(isWhole)) return null;
  return `${from}/${step}`;
}

const isAbsent = (bound: Value | null | undefined): boolean => !bound || (!isNode(bound) && bound.kind === 'none');

/** What an array was before others of its entries than these were changed. */
function unchangedIn(array: Node, values: readonly Value[]): Node | null {
  const { op, attributes, args } = unwrap(array);
  if (op !== 'carried' || typeof attributes['changed'] !== 'string') return null;
  const [[, step], own] = [attributes['changed'].split('/'), strideOf(values)];
  return own !== null && own !== attributes['changed'] && own.split('/')[1] === step ? args[0]! : null;
}

/** `x[...]`: attribute `spec` says what each index is; those that are computed are args. */
function sliced(follow: Follow, array: Node, values: readonly Value[]): Node {
  const before = unchangedIn(array, values);
  if (before) return sliced(follow, before, values);
  const apart = apartFromNew(follow, array, values);
  if (apart) return apart;
  const { build } = follow;
  const args: Node[] = [array];
  const spec = values.map((value) => {
    if (isNode(value)) {
      args.push(value);
      return 'at';
    }
    switch (value.kind) {
      case 'none':
        return 'new';
      case 'ellipsis':
        return 'dots';
      case 'slice': {
        let form = 'slice:';
        for (const [name, bound] of [
          ['f', value.from],
          ['t', value.to],
          ['s', value.step],
        ] as const) {
          if (!bound || (!isNode(bound) && bound.kind === 'none')) continue;
          form += name;
          args.push(toNode(build, bound));
        }
        return form;
      }
      default:
        args.push(toNode(build, value));
        return 'at';
    }
  });
  const look = (table: Node): Node => build.with('index', [table, ...args.slice(1)], { spec: spec.join(' ') });
  return args.length === 2 && spec[0] === 'at' && numberOf(args[1]!) === null ? entryOf(build, array, look) : look(array);
}
