import type { Call, Expression } from '../syntax/ast.ts';
import { isPassedOver, bind, type Bound } from './arguments.ts';
import { overComprehension } from './bindings.ts';
import { calleeOf, isOfLibrary, pathOf, type Callee } from './callee.ts';
import { codeOf, type Writing } from './context.ts';
import type { Given } from './operation.ts';
import { isFunctionOnly, isHelper, isLoss, modules, operationsOf } from './operations.ts';
import { functionNameLatex, namelessLatex, sizeLatex } from './paths.ts';
import { applied, atom, joined, level, list, type Piece } from './pieces.ts';
import { integerOf } from './operation.ts';
import { indexLatex } from './subscripts.ts';
import { wordLatex } from './text.ts';

/** A call by what it computes, where a library's function of its name does; else the value of a function of its name. */
export function callLatex(call: Call, writing: Writing): Piece {
  const callee = calleeOf(call.callee, writing.imports);
  if (callee && !isLocal(call.callee, writing)) {
    const [argument] = call.args;
    const receiver = isOwn(callee.receiver) ? null : callee.receiver;
    if (argument && call.args.length === 1 && !receiver && argument.value.kind === 'comprehension') {
      const over = overComprehension(callee.name, argument.value, writing);
      if (over) return over;
    }
    if (callee.name === 'size' && receiver && argument && call.args.length === 1) {
      const axis = integerOf(argument.value);
      if (axis !== null) return sizeLatex(receiver, axis, call, writing);
    }
    const known = operationLatex(call, callee, writing);
    if (known) return known;
  }
  return functionLatex(call, callee, writing);
}

/** Whether it is a name that the code defines. */
const isLocal = (callee: Expression, writing: Writing): boolean =>
  callee.kind === 'name' && (writing.definitions.has(callee.id) || writing.bound.has(callee.id));

/** `self`. */
const isOwn = (receiver: Expression | null): boolean => receiver?.kind === 'name' && (receiver.id === 'self' || receiver.id === 'cls');

function operationLatex(call: Call, callee: Callee, writing: Writing): Piece | null {
  const { name, receiver } = callee;
  const isModule = isOwn(receiver);
  if (isModule && !modules.has(name) && !isHelper(name)) return null;
  const isMethod = receiver !== null && !isModule;
  const isObject = isMethod && isFunctionOnly(name);
  const plain = { ...callee, receiver: null };
  // A module under a name of its own is taken for a receiver: `mx.exp(x)`.
  const isNamed = receiver?.kind === 'name';
  const isImported = isNamed && writing.imports.has(receiver.id) && !writing.bound.has(receiver.id);
  const ways: readonly Callee[] = isObject
    ? isNamed && isLoss(name)
      ? [plain]
      : []
    : !isMethod || isImported
      ? [plain]
      : isNamed
        ? [callee, plain]
        : [callee];
  for (const way of ways)
    for (const operation of operationsOf(name, way.receiver !== null)) {
      const bound = bind(operation.takes, way, call.args);
      const piece =
        bound &&
        operation.write(givenOf(bound, call, way.receiver === null && call.callee.kind === 'name' && !writing.imports.has(name), writing));
      if (piece) return piece;
    }
  return null;
}

function givenOf(bound: Bound, call: Call, isBuiltin: boolean, writing: Writing): Given {
  const write = (expression: Expression): Piece => writing.write(expression, writing);
  return {
    of: (name) => {
      const node = bound.get(name);
      return node ? write(node) : atom(String.raw`\ldots`);
    },
    has: (name) => bound.has(name),
    node: (name) => bound.get(name),
    rest: () => [...bound].filter(([name]) => name.startsWith('...')).map(([, node]) => write(node)),
    write,
    isBuiltin,
    index: (object, indices) => indexLatex(object, indices, writing),
    nameless: (...letters) => namelessLatex(letters, call, writing),
    isTaken: (latex) => writing.variables.hasBase(latex),
  };
}

/** `f(a, b = c)`; an unknown method of something that has no name takes that first. */
function functionLatex({ callee, args }: Call, known: Callee | null, writing: Writing): Piece {
  const inner = { ...writing, depth: writing.depth + 1 };
  const write = (expression: Expression): Piece => inner.write(expression, inner);
  const pieces = args.flatMap(({ name, star, value }) => {
    if (name !== null && isPassedOver(name)) return [];
    const piece = write(value);
    if (star !== '') return [list([piece, atom(String.raw`\ldots`)])];
    return [name === null ? piece : joined(atom(wordLatex(name)), '=', piece, level.comparison)];
  });
  const path = pathOf(callee);
  if (path && isOfLibrary(path, writing.imports)) return applied(atom(wordLatex(path.at(-1)!)), pieces);
  if (path) return applied(isLocal(callee, writing) ? write(callee) : functionNameLatex(path, callee, writing), pieces);
  if (callee.kind === 'attribute' && known) return applied(atom(wordLatex(callee.name)), [write(callee.object), ...pieces]);
  return applied(callee.kind === 'unread' ? atom(wordLatex(codeOf(writing.text, callee))) : write(callee), pieces);
}
