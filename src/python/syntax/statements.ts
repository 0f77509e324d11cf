import type { BinaryOperator, Expression, FunctionDefinition, If, Import, Statement, With } from './ast.ts';
import { argumentsOf, expressionOf, identifierAt, namedChildren, parametersOf } from './expressions.ts';
import { isWhole, type SyntaxNode } from './tree.ts';

/** Statements of a block, of the module, or within an error: what lies between those that can be read is skipped. */
export function statementsOf(node: SyntaxNode, text: string): Statement[] {
  const statements: Statement[] = [];
  let isGap = false;
  for (const child of node.children) {
    const { type, start, end } = child;
    if (type === 'ERROR' && child.children.length > 0) statements.push(...statementsOf(child, text));
    else if (isWhole(child)) statements.push(...statementOf(child, text));
    else {
      const last = statements.at(-1);
      if (isGap && last) statements[statements.length - 1] = { kind: 'skipped', start: last.start, end };
      else if (type !== ';' && start < end) statements.push({ kind: 'skipped', start, end });
      else continue;
      isGap = true;
      continue;
    }
    isGap = false;
  }
  return statements;
}

function statementOf(node: SyntaxNode, text: string): Statement[] {
  const { start, end } = node;
  const parts = namedChildren(node);
  const [first] = parts;
  const skipped: Statement = { kind: 'skipped', start, end };
  // The header of a broken one is not to be trusted; what is below it stands.
  const read = (child: SyntaxNode | undefined): Expression =>
    child && !node.broken ? expressionOf(child, text) : { kind: 'unread', start: child?.start ?? start, end: child?.end ?? start };
  const blockOf = (of: SyntaxNode | undefined): Statement[] => blocksOf(of, text);
  const clauses = (type: string): SyntaxNode[] => parts.filter((part) => part.type === type);
  switch (node.type) {
    case 'expression_statement':
      return [node.broken || !first ? skipped : simple(node, parts, text)];
    case 'return_statement':
      return [node.broken ? skipped : { kind: 'return', value: first ? read(first) : null, start, end }];
    case 'import_statement':
    case 'import_from_statement':
    case 'future_import_statement':
      return [node.broken ? skipped : { kind: 'import', bindings: bindingsOf(node, text), start, end }];
    case 'raise_statement':
      return [{ kind: 'raise', start, end }];
    case 'if_statement':
      return [conditional(node, text, read)];
    case 'for_statement': {
      const [target, iterable] = parts;
      return [
        {
          kind: 'for',
          target: read(target),
          iterable: read(iterable),
          body: blockOf(node),
          otherwise: blockOf(clauses('else_clause')[0]),
          start,
          end,
        },
      ];
    }
    case 'while_statement':
      return [{ kind: 'while', test: read(first), body: blockOf(node), otherwise: blockOf(clauses('else_clause')[0]), start, end }];
    case 'with_statement':
      return [{ kind: 'with', items: itemsOf(first, read), body: blockOf(node), start, end }];
    case 'try_statement':
      return [
        {
          kind: 'try',
          body: [...blockOf(node), ...blockOf(clauses('else_clause')[0])],
          alternatives: clauses('except_clause').map(blockOf),
          patterns: [],
          finally: blockOf(clauses('finally_clause')[0]),
          start,
          end,
        },
      ];
    case 'match_statement': {
      const cases = clauses('block').flatMap((block) => block.children.filter(({ type }) => type === 'case_clause'));
      const subjects = parts.filter(({ type }) => type !== 'block').map(read);
      const body = subjects.map((value): Statement => ({ kind: 'expression', value, start: value.start, end: value.end }));
      return [
        {
          kind: 'match',
          body,
          alternatives: cases.map(blockOf),
          patterns: cases.map((one) => patternOf(one, text)),
          finally: [],
          start,
          end,
        },
      ];
    }
    case 'function_definition':
    case 'class_definition':
    case 'decorated_definition':
      return [definitionOf(node, text) ?? skipped];
    case 'block':
      return statementsOf(node, text);
    default:
      return [skipped];
  }
}

/** What the blocks directly in a statement or clause hold, and errors beside them. */
function blocksOf(node: SyntaxNode | undefined, text: string): Statement[] {
  const held = node?.children.filter(({ type }) => type === 'block' || type === 'ERROR') ?? [];
  return held.flatMap((child) => statementsOf(child, text).filter((inner) => child.type === 'block' || inner.kind !== 'skipped'));
}

function simple(node: SyntaxNode, parts: readonly SyntaxNode[], text: string): Statement {
  const { start, end } = node;
  const [first] = parts;
  const isTuple = node.children.some(({ type }) => type === ',');
  if (isTuple || !first) {
    const items = parts.map((part) => expressionOf(part, text));
    return { kind: 'expression', value: { kind: 'tuple', items, start, end }, start, end };
  }
  if (first.type === 'assignment') return assignmentOf(first, text);
  if (first.type !== 'augmented_assignment') return { kind: 'expression', value: expressionOf(first, text), start, end };
  const [target, value] = namedChildren(first);
  const operator = first.children.find(({ named }) => !named)?.type.slice(0, -1) as BinaryOperator;
  if (first.broken || !target || !value) return { kind: 'skipped', start, end };
  return { kind: 'augmented', target: expressionOf(target, text), operator, value: expressionOf(value, text), start, end };
}

/** `a = b = value` is a tree that leans to the right. */
function assignmentOf(node: SyntaxNode, text: string): Statement {
  const { start, end } = node;
  const targets: Expression[] = [];
  let annotation: Expression | null = null;
  let inner: SyntaxNode | undefined = node;
  while (inner?.type === 'assignment') {
    const parts: SyntaxNode[] = namedChildren(inner);
    const target = parts.shift();
    if (inner.broken || !target) return { kind: 'skipped', start, end };
    targets.push(expressionOf(target, text));
    if (parts[0]?.type === 'type') annotation = expressionOf(parts.shift()!, text);
    inner = parts[0];
  }
  return { kind: 'assignment', targets, annotation, value: inner ? expressionOf(inner, text) : null, start, end };
}

function conditional(node: SyntaxNode, text: string, read: (node: SyntaxNode | undefined) => Expression): If {
  const branches: { test: Expression; body: Statement[] }[] = [{ test: read(namedChildren(node)[0]), body: blocksOf(node, text) }];
  let otherwise: Statement[] = [];
  for (const clause of namedChildren(node)) {
    if (clause.type === 'else_clause') otherwise = blocksOf(clause, text);
    if (clause.type !== 'elif_clause') continue;
    const test = namedChildren(clause)[0];
    const readable = test && !clause.broken && test.type !== 'block';
    const place = { start: test?.start ?? clause.start, end: test?.end ?? clause.start };
    branches.push({ test: readable ? expressionOf(test, text) : { kind: 'unread', ...place }, body: blocksOf(clause, text) });
  }
  return { kind: 'if', branches, otherwise, start: node.start, end: node.end };
}

function itemsOf(clause: SyntaxNode | undefined, read: (node: SyntaxNode | undefined) => Expression): With['items'] {
  if (clause?.type !== 'with_clause' || clause.broken) return [];
  return namedChildren(clause).flatMap((item) => {
    const [value] = namedChildren(item);
    if (item.type !== 'with_item' || item.broken || !value) return [];
    if (value.type !== 'as_pattern') return [{ context: read(value), target: null }];
    const [context, target] = namedChildren(value);
    return [{ context: read(context), target: target ? read(target) : null }];
  });
}

function definitionOf(node: SyntaxNode, text: string): Statement | null {
  const { start, end } = node;
  const parts = namedChildren(node);
  const isDecorated = node.type === 'decorated_definition';
  const definition = isDecorated ? parts.at(-1) : node;
  if (definition?.type !== 'function_definition' && definition?.type !== 'class_definition') return null;
  const decorators = isDecorated
    ? parts
        .filter(({ type }) => type === 'decorator')
        .flatMap(namedChildren)
        .map((child) => expressionOf(child, text))
    : [];
  const inner = namedChildren(definition);
  const name = inner.find(({ type }) => type === 'identifier');
  if (!name) return null;
  const common = {
    name: identifierAt(name, text),
    nameRange: { start: name.start, end: name.end },
    decorators,
    body: blocksOf(definition, text),
    start,
    end,
  };
  if (definition.type === 'class_definition') {
    const bases = inner.find(({ type }) => type === 'argument_list');
    return { kind: 'class', ...common, bases: (bases && argumentsOf(bases, text)) ?? [] };
  }
  const parameters = inner.find(({ type }) => type === 'parameters');
  const read: FunctionDefinition = { kind: 'function', ...common, parameters: parameters ? parametersOf(parameters, text) : [] };
  return read;
}

function bindingsOf(node: SyntaxNode, text: string): Import['bindings'] {
  const parts = namedChildren(node);
  const isFrom = node.type !== 'import_statement';
  const module = node.type === 'future_import_statement' ? '__future__' : isFrom ? dotted(parts.shift(), text) : '';
  // "." and "..a" end in what may or may not need a dot.
  const prefix = isFrom ? (module.endsWith('.') ? module : `${module}.`) : '';
  return parts.map((part) => {
    if (part.type === 'wildcard_import') return { name: '*', path: `${prefix}*` };
    const [named, alias] = part.type === 'aliased_import' ? namedChildren(part) : [part, undefined];
    const path = dotted(named, text);
    if (alias) return { name: identifierAt(alias, text), path: prefix + path };
    const [top = ''] = path.split('.');
    return isFrom ? { name: path, path: prefix + path } : { name: top, path: top };
  });
}

/** A dotted name without white space. */
const dotted = (node: SyntaxNode | undefined, text: string): string => (node ? identifierAt(node, text).replace(/\s+|\\/g, '') : '');

const wildcard = /^(?!(?:None|True|False)$)[\p{L}_][\p{L}\p{N}_]*$/u;
const values = new Set(['integer', 'float', 'string', 'concatenated_string', 'true', 'false', 'none']);

/** What a case compares with: null for anything, `unread` for what is more than a value. */
function patternOf(clause: SyntaxNode, text: string): Expression | null {
  const parts = namedChildren(clause);
  const patterns = parts.filter(({ type }) => type === 'case_pattern');
  const [pattern] = patterns;
  const [first = clause] = patterns;
  const place = { start: first.start, end: (patterns.at(-1) ?? first).end };
  if (patterns.length !== 1 || !pattern || clause.broken || pattern.broken || parts.some(({ type }) => type === 'if_clause'))
    return { kind: 'unread', ...place };
  if (wildcard.test(text.slice(pattern.start, pattern.end))) return null;
  const [value] = namedChildren(pattern);
  if (pattern.children.length === 1 && value && values.has(value.type)) return expressionOf(value, text);
  const isNegative = pattern.children.length === 2 && pattern.children[0]?.type === '-' && value;
  return isNegative ? { kind: 'unary', operator: '-', operand: expressionOf(value, text), ...place } : { kind: 'unread', ...place };
}
