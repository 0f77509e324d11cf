import { numberOf, stringOf } from './literals.ts';
import type {
  Argument,
  BinaryOperator,
  Comparison,
  ComparisonOperator,
  Comprehension,
  Expression,
  Name,
  Parameter,
  Starred,
  UnaryOperator,
  Unread,
} from './ast.ts';
import type { SyntaxNode } from './tree.ts';

const unread = ({ start, end }: SyntaxNode): Unread => ({ kind: 'unread', start, end });

export const namedChildren = (node: SyntaxNode): SyntaxNode[] => node.children.filter(({ named }) => named);

/** An identifier as Python compares them: in the normal form KC. */
export function identifierAt(node: SyntaxNode, text: string): string {
  return text.slice(node.start, node.end).normalize('NFKC');
}

/** The expression that a node is; `unread` where it has an error in it that belongs to no expression within. */
export function expressionOf(node: SyntaxNode, text: string): Expression {
  const read = asRead(node, text);
  // The grammar takes `*x.shape` for an attribute of `*x`.
  switch (read.kind) {
    case 'attribute':
    case 'subscript':
      return read.object.kind === 'starred' ? splat(read.object, { ...read, object: read.object.value }) : read;
    case 'call':
      return read.callee.kind === 'starred' ? splat(read.callee, { ...read, callee: read.callee.value }) : read;
    case 'binary':
      return read.left.kind === 'starred' ? splat(read.left, { ...read, left: read.left.value }) : read;
    default:
      return read;
  }
}

const splat = (star: Starred, value: Expression): Starred => ({
  kind: 'starred',
  value: { ...value, start: star.value.start },
  start: star.start,
  end: value.end,
});

function asRead(node: SyntaxNode, text: string): Expression {
  const { start, end, type } = node;
  if (node.broken) return unread(node);
  const read = (child: SyntaxNode | undefined): Expression => (child ? expressionOf(child, text) : unread(node));
  const parts = namedChildren(node);
  switch (type) {
    case 'identifier':
      return nameOf(node, text);
    case 'integer':
    case 'float':
      return numberOf(node, text);
    case 'string':
    case 'concatenated_string':
      return stringOf(node, text, read);
    case 'true':
    case 'false':
      return { kind: 'constant', value: type === 'true', start, end };
    case 'none':
      return { kind: 'constant', value: null, start, end };
    case 'ellipsis':
      return { kind: 'constant', value: 'ellipsis', start, end };
    case 'parenthesized_expression':
    case 'type':
    case 'as_pattern_target':
      return read(parts[0]);
    case 'unary_operator':
      return { kind: 'unary', operator: node.children[0]!.type as UnaryOperator, operand: read(parts[0]), start, end };
    case 'not_operator':
      return { kind: 'unary', operator: 'not', operand: read(parts[0]), start, end };
    case 'binary_operator':
    case 'union_type': {
      const operator = (type === 'union_type' ? '|' : node.children[1]!.type) as BinaryOperator;
      return { kind: 'binary', operator, left: read(parts[0]), right: read(parts[1]), start, end };
    }
    case 'boolean_operator':
      return { kind: 'logical', operator: node.children[1]!.type as 'and' | 'or', left: read(parts[0]), right: read(parts[1]), start, end };
    case 'comparison_operator':
      return comparisonOf(node, text);
    case 'call': {
      const args = parts[1] && argumentsOf(parts[1], text);
      return args ? { kind: 'call', callee: read(parts[0]), args, start, end } : unread(node);
    }
    case 'attribute':
    case 'member_type':
      return { kind: 'attribute', object: read(parts[0]), name: parts[1] ? identifierAt(parts[1], text) : '', start, end };
    case 'subscript':
      return { kind: 'subscript', object: read(parts[0]), indices: indicesOf(parts.slice(1), read), start, end };
    case 'generic_type': {
      const args = parts[1];
      if (!args || args.broken) return unread(node);
      return { kind: 'subscript', object: read(parts[0]), indices: indicesOf(namedChildren(args), read), start, end };
    }
    case 'slice': {
      const bounds: (Expression | null)[] = [null, null, null];
      let bound = 0;
      for (const child of node.children) {
        if (child.type === ':') bound++;
        else if (child.named) bounds[bound] = read(child);
      }
      const [from = null, to = null, step = null] = bounds;
      return { kind: 'slice', from, to, step, start, end };
    }
    case 'tuple':
    case 'list':
    case 'set':
      return { kind: type, items: parts.map(read), start, end };
    case 'expression_list':
    case 'pattern_list':
    case 'tuple_pattern':
      return { kind: 'tuple', items: parts.map(read), start, end };
    case 'list_pattern':
      return { kind: 'list', items: parts.map(read), start, end };
    case 'dictionary':
      return dictionaryOf(node, read);
    case 'conditional_expression':
      return { kind: 'conditional', test: read(parts[1]), then: read(parts[0]), otherwise: read(parts[2]), start, end };
    case 'lambda': {
      const parameters = parts.length > 1 ? parametersOf(parts[0]!, text) : [];
      return { kind: 'lambda', parameters, body: read(parts.at(-1)), start, end };
    }
    case 'list_comprehension':
    case 'set_comprehension':
    case 'dictionary_comprehension':
    case 'generator_expression':
      return comprehensionOf(node, read);
    case 'list_splat':
    case 'list_splat_pattern':
    case 'dictionary_splat':
    case 'splat_type':
      return { kind: 'starred', value: read(parts[0]), start, end };
    case 'named_expression':
      return parts[0] ? { kind: 'walrus', target: nameOf(parts[0], text), value: read(parts[1]), start, end } : unread(node);
    case 'await':
    case 'yield':
      return { kind: type, value: parts[0] ? read(parts[0]) : null, start, end };
    default:
      return unread(node);
  }
}

function nameOf(node: SyntaxNode, text: string): Name {
  return { kind: 'name', id: identifierAt(node, text), start: node.start, end: node.end };
}

function comparisonOf(node: SyntaxNode, text: string): Comparison | Unread {
  const [first, ...others] = node.children;
  if (!first) return unread(node);
  const rest: { operator: ComparisonOperator; operand: Expression }[] = [];
  for (let at = 0; at + 1 < others.length; at += 2) {
    const { type } = others[at]!;
    rest.push({ operator: (type === '<>' ? '!=' : type) as ComparisonOperator, operand: expressionOf(others[at + 1]!, text) });
  }
  return { kind: 'comparison', first: expressionOf(first, text), rest, start: node.start, end: node.end };
}

/** Arguments of a call or bases of a class; null where one of them has an error. */
export function argumentsOf(node: SyntaxNode, text: string): Argument[] | null {
  if (node.broken) return null;
  if (node.type === 'generator_expression') return [{ name: null, star: '', value: expressionOf(node, text) }];
  const args: Argument[] = [];
  for (const child of namedChildren(node)) {
    const parts = namedChildren(child);
    const [name, value] = parts;
    if (child.type === 'keyword_argument' && !child.broken && name && value)
      args.push({ name: identifierAt(name, text), star: '', value: expressionOf(value, text) });
    else if (child.type === 'dictionary_splat' && name && !child.broken)
      args.push({ name: null, star: '**', value: expressionOf(name, text) });
    else if (child.broken) return null;
    else {
      const value = expressionOf(child, text);
      args.push(value.kind === 'starred' ? { name: null, star: '*', value: value.value } : { name: null, star: '', value });
    }
  }
  return args;
}

/** `x[(a, b)]` is `x[a, b]`. */
function indicesOf(nodes: readonly SyntaxNode[], read: (node: SyntaxNode) => Expression): readonly Expression[] {
  const indices = nodes.map(read);
  const [only] = indices;
  return indices.length === 1 && only?.kind === 'tuple' ? only.items : indices;
}

function dictionaryOf(node: SyntaxNode, read: (node: SyntaxNode) => Expression): Expression {
  const entries: { key: Expression | null; value: Expression }[] = [];
  for (const child of namedChildren(node)) {
    const [first, second] = namedChildren(child);
    if (child.broken || !first) return unread(node);
    if (child.type === 'pair' && second) entries.push({ key: read(first), value: read(second) });
    else entries.push({ key: null, value: read(first) });
  }
  return { kind: 'dictionary', entries, start: node.start, end: node.end };
}

const forms = {
  list_comprehension: 'list',
  set_comprehension: 'set',
  dictionary_comprehension: 'dictionary',
  generator_expression: 'generator',
} as const;

function comprehensionOf(node: SyntaxNode, read: (node: SyntaxNode) => Expression): Comprehension | Unread {
  const [body, ...others] = namedChildren(node);
  if (!body || others.some(({ broken }) => broken)) return unread(node);
  const clauses: { target: Expression; iterable: Expression; conditions: Expression[] }[] = [];
  for (const clause of others) {
    const [first, ...rest] = namedChildren(clause);
    const [second] = rest;
    if (clause.type === 'if_clause' && first) clauses.at(-1)?.conditions.push(read(first));
    else if (clause.type === 'for_in_clause' && first && second) {
      // Python 2 took several without brackets.
      const iterable: Expression =
        rest.length === 1 ? read(second) : { kind: 'tuple', items: rest.map(read), start: second.start, end: rest.at(-1)!.end };
      clauses.push({ target: read(first), iterable, conditions: [] });
    } else return unread(node);
  }
  const [key, value] = body.type === 'pair' ? namedChildren(body) : [body, undefined];
  if (!key) return unread(node);
  return {
    kind: 'comprehension',
    form: forms[node.type as keyof typeof forms],
    element: read(key),
    value: value ? read(value) : null,
    clauses,
    start: node.start,
    end: node.end,
  };
}

/** Parameters of a function or a lambda; what has an error is left out. A lone `*` has no name; `/` is none. */
export function parametersOf(node: SyntaxNode, text: string): Parameter[] {
  return namedChildren(node).flatMap((child): Parameter[] => {
    if (child.type === 'positional_separator' || child.type === 'ERROR' || child.broken) return [];
    const parts = namedChildren(child);
    const isTyped = child.type.startsWith('typed_');
    const hasDefault = child.type.endsWith('default_parameter');
    const holder = isTyped || hasDefault ? parts[0] : child;
    if (!holder) return [];
    const annotation = isTyped ? parts[1] : undefined;
    const preset = hasDefault ? parts.at(-1) : undefined;
    const star = splats[holder.type] ?? '';
    const name = star === '' ? holder : namedChildren(holder)[0];
    return [
      {
        // Python 2 took tuples of names.
        name: name?.type === 'identifier' ? identifierAt(name, text) : '',
        star,
        annotation: annotation ? expressionOf(annotation, text) : null,
        default: preset ? expressionOf(preset, text) : null,
        range: { start: child.start, end: child.end },
      },
    ];
  });
}

const splats: Readonly<Record<string, '*' | '**'>> = { list_splat_pattern: '*', keyword_separator: '*', dictionary_splat_pattern: '**' };
