/** Slips that people make in formulas, made of right code: each is a few replacements in its text. */

import type { Span } from '../../../src/maths/nesting.ts';
import type { Call, Expression, Statement } from '../../../src/python/syntax/ast.ts';

/** One thing that is changed, by what kind of slip it is. */
export interface Slip {
  readonly kind: SlipKind;
  readonly edits: readonly (Span & { readonly text: string })[];
}

export const slipKinds = [
  'sign',
  'order',
  'factor dropped',
  'one dropped',
  'term dropped',
  'function dropped',
  'another function',
  'root or square dropped',
  'detach dropped',
  'times for over',
  'scope',
  'arguments exchanged',
  'axis',
  'reduction',
  'names exchanged',
  'another name',
  'uniform noise',
  'mask filled with 0',
  'keepdim dropped',
  'normalised twice',
  'index',
  'no graph',
  'logits or not',
  'other triangle',
  'other label',
  'other bound',
  'subscripts exchanged',
] as const;
export type SlipKind = (typeof slipKinds)[number];

/** Every slip that one statement allows. `names`: what else its function has a name for. */
export function* slipsOf(statement: Statement, text: string, names: ReadonlySet<string>): Generator<Slip> {
  for (const value of valuesOf(statement)) for (const one of partsOf(value)) yield* slipsAt(one, text, names);
  yield* exchanges(statement);
}

const valuesOf = (statement: Statement): Expression[] => {
  switch (statement.kind) {
    case 'assignment':
    case 'augmented':
    case 'expression':
    case 'return':
      return statement.value ? [statement.value] : [];
    default:
      return [];
  }
};

/** An expression and all that stands in it. */
export function* partsOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of childrenOf(expression)) yield* partsOf(part);
}

const isExpression = (value: unknown): value is Expression => typeof value === 'object' && value !== null && 'kind' in value;

function childrenOf(node: object): Expression[] {
  return Object.values(node).flatMap((value: unknown) => {
    if (Array.isArray(value)) return value.flatMap((one: unknown) => (isExpression(one) ? [one] : isHolder(one) ? childrenOf(one) : []));
    return isExpression(value) ? [value] : [];
  });
}
const isHolder = (value: unknown): value is object => typeof value === 'object' && value !== null;

const calleeName = ({ callee }: Call): string => (callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '');

/** `torch.exp(x)`, `x.exp()`: what it is of, where there is one such value. */
function operandOf(call: Call): Expression | null {
  const { callee, args } = call;
  const first = args.find(({ name, star }) => name === null && star === '')?.value ?? null;
  if (callee.kind === 'name') return first;
  if (callee.kind !== 'attribute') return null;
  return isModule(callee.object) ? first : callee.object;
}

const modules = new Set('torch np jnp tf F jax nn math K ops lax numpy tl nnx flax keras functional optax scipy'.split(' '));
const isModule = (node: Expression): boolean =>
  (node.kind === 'name' && modules.has(node.id)) || (node.kind === 'attribute' && isModule(node.object));

const dropped = new Set(
  'exp log sigmoid softplus relu log1p expm1 logsigmoid log_sigmoid log_softmax softmax tanh abs cumprod cumsum normalize'.split(' '),
);
const roots = new Set('sqrt square rsqrt pow'.split(' '));
const held = new Set(['detach', 'stop_gradient']);
const others: Readonly<Record<string, readonly string[]>> = {
  log_softmax: ['softmax'],
  softmax: ['log_softmax'],
  square: ['abs'],
  logsumexp: ['sum'],
  cumprod: ['cumsum'],
  softplus: ['sigmoid'],
  sqrt: ['square'],
  cos: ['sin'],
  sin: ['cos'],
  std: ['var'],
  var: ['std'],
  rsqrt: ['sqrt'],
};
const triangles: Readonly<Record<string, string>> = { tril: 'triu', triu: 'tril' };
const labels: Readonly<Record<string, string>> = { ones_like: 'zeros_like', zeros_like: 'ones_like' };
const bounds: Readonly<Record<string, string>> = { minimum: 'maximum', maximum: 'minimum', min: 'max', max: 'min', amax: 'amin' };
const logits: Readonly<Record<string, string>> = {
  binary_cross_entropy_with_logits: 'binary_cross_entropy',
  binary_cross_entropy: 'binary_cross_entropy_with_logits',
  BCEWithLogitsLoss: 'BCELoss',
  BCELoss: 'BCEWithLogitsLoss',
};
const reductions: Readonly<Record<string, string>> = { sum: 'mean', mean: 'sum', reduce_sum: 'reduce_mean', reduce_mean: 'reduce_sum' };
const ordered = new Set(
  'kl_div kl_divergence cross_entropy binary_cross_entropy binary_cross_entropy_with_logits Normal where matmul bmm lerp nll_loss atan2 einsum softmax_cross_entropy'.split(
    ' ',
  ),
);
const withAxis = new Set(
  'softmax log_softmax logsumexp sum mean norm normalize cosine_similarity cumprod cumsum prod var std reduce_sum reduce_mean cat chunk'.split(
    ' ',
  ),
);

function* slipsAt(node: Expression, text: string, names: ReadonlySet<string>): Generator<Slip> {
  const of = ({ start, end }: Span): string => text.slice(start, end);
  const put = (kind: SlipKind, span: Span, now: string): Slip => ({ kind, edits: [{ start: span.start, end: span.end, text: now }] });
  if (node.kind === 'binary') {
    const { left, right, operator } = node;
    const [a, b] = [bracketed(left, node, text, 'left'), bracketed(right, node, text, 'right')];
    const between = { start: a.end, end: b.start };
    const now = (other: string): string => of(between).replace(operator, other);
    const [x, y] = [numberIn(left), numberIn(right)];
    if (x !== null && x < 0 && operator === '*') yield put('sign', left, of(left).slice(1));
    if (operator === '+' || operator === '-') {
      yield put('sign', between, now(operator === '+' ? '-' : '+'));
      if (y === 1) yield put('one dropped', { start: a.end, end: b.end }, '');
      else if (y === null || Math.abs(y) > 1e-3) yield put('term dropped', { start: a.end, end: b.end }, '');
      if (x === 1 && operator === '-') yield put('one dropped', node, `(${of(b)})`);
      else if (x === null) yield put('term dropped', { start: a.start, end: b.start }, operator === '-' ? '-' : '');
    }
    if (operator === '-') {
      yield {
        kind: 'order',
        edits: [
          { start: a.start, end: a.end, text: isSum(right) ? `(${of(b)})` : of(b) },
          { start: b.start, end: b.end, text: isSum(left) ? `(${of(a)})` : of(a) },
        ],
      };
      if (left.kind === 'binary' && (left.operator === '*' || left.operator === '/') && !isBracketed(left, text)) {
        const inner = left.right;
        if (left.operator === '*')
          yield {
            kind: 'scope',
            edits: [
              { start: inner.start, end: inner.start, text: '(' },
              { start: node.end, end: node.end, text: ')' },
            ],
          };
      }
    }
    if ((operator === '*' || operator === '/') && (x === null || y === null)) {
      const isFactor = (value: number | null): boolean => value !== null && [0.5, 2, -0.5, -2, 0.25, 4].includes(value);
      if (isFactor(x) && operator === '*') yield put('factor dropped', { start: a.start, end: b.start }, x! < 0 ? '-' : '');
      if (isFactor(y)) yield put('factor dropped', { start: a.end, end: b.end }, '');
      if (x === null && y === null) {
        yield put('times for over', between, now(operator === '*' ? '/' : '*'));
      }
      if (operator === '*' && right.kind === 'binary' && isSum(right) && isBracketed(right, text))
        yield put('scope', b, `${of(right.left)} ${right.operator} ${of(right.right)}`);
    }
    if (operator === '/' && x === null && y === null) {
      yield {
        kind: 'order',
        edits: [
          { start: a.start, end: a.end, text: of(b) },
          { start: b.start, end: b.end, text: `(${of(a)})` },
        ],
      };
    }
    if (operator === '**' && y !== null) {
      yield put('root or square dropped', { start: a.end, end: b.end }, '');
      if (y === -0.5) yield put('root or square dropped', b, '0.5');
      if (y === 0.5) yield put('another function', b, '2');
    }
  }
  if (node.kind === 'unary' && node.operator === '-' && node.operand.kind !== 'number') yield put('sign', node, `(${of(node.operand)})`);
  if (node.kind === 'call') yield* slipsOfCall(node, text);
  if (node.kind === 'subscript' && node.indices.length === 1) {
    const [index] = node.indices;
    if (index!.kind === 'name' && /^(?:t|i|k|step|n|j|s|t_next|prev|prev_t)$/.test(index.id)) {
      yield put('index', index, `${index.id} - 1`);
      yield put('index', index, `${index.id} + 1`);
    }
    if (index!.kind === 'binary' && numberIn(index.right) === 1) yield put('index', index, of(index.left));
    if (index!.kind === 'slice' && index.step === null) {
      if (index.from === null && index.to && of(index.to) === '-1') yield put('index', index, '1:');
      if (index.to === null && index.from && of(index.from) === '1') yield put('index', index, ':-1');
    }
  }
  if (node.kind === 'name' || (node.kind === 'attribute' && node.object.kind === 'name' && node.object.id === 'self'))
    if (!/^\s*[(.[]/.test(text.slice(node.end)))
      for (const other of names)
        if (other !== of(node) && !/loss/.test(other) && areAPair(of(node), other)) yield put('another name', node, other);
}

function* slipsOfCall(node: Call, text: string): Generator<Slip> {
  const of = ({ start, end }: Span): string => text.slice(start, end);
  const put = (kind: SlipKind, span: Span, now: string): Slip => ({ kind, edits: [{ start: span.start, end: span.end, text: now }] });
  const name = calleeName(node);
  const { callee, args } = node;
  const operand = operandOf(node);
  const nameSpan = { start: callee.end - name.length, end: callee.end };
  const alone = (span: Expression): string =>
    span.kind === 'binary' || span.kind === 'unary' || span.kind === 'conditional' ? `(${of(span)})` : of(span);
  if (operand) {
    if (dropped.has(name)) yield put('function dropped', node, alone(operand));
    if (roots.has(name)) yield put('root or square dropped', node, alone(operand));
    if (held.has(name)) yield put('detach dropped', node, alone(operand));
  }
  for (const other of others[name] ?? []) yield put('another function', nameSpan, other);
  if (triangles[name]) yield put('other triangle', nameSpan, triangles[name]);
  if (labels[name]) yield put('other label', nameSpan, labels[name]);
  if (bounds[name]) yield put('other bound', nameSpan, bounds[name]);
  if (logits[name]) yield put('logits or not', nameSpan, logits[name]);
  if (reductions[name]) yield put('reduction', nameSpan, reductions[name]);
  if (name === 'randn_like' || name === 'randn') yield put('uniform noise', nameSpan, name.replace('randn', 'rand'));
  if (name === 'normal' && /random/.test(of(callee))) yield put('uniform noise', nameSpan, 'uniform');
  if (name === 'standard_normal') yield put('uniform noise', nameSpan, 'random');
  if (name === 'cross_entropy' && args[0]?.name === null) {
    const library = callee.kind === 'attribute' ? `${of(callee.object)}.` : '';
    yield put('normalised twice', args[0].value, `${library}softmax(${of(args[0].value)}, dim=-1)`);
  }
  const plain = args.filter((arg) => arg.name === null && arg.star === '').map(({ value }) => value);
  const from = plain[0]?.kind === 'string' ? 1 : 0;
  const [a, b] = plain.slice(from);
  if (a && b && ordered.has(name) && of(a) !== of(b))
    yield {
      kind: 'arguments exchanged',
      edits: [
        { start: a.start, end: a.end, text: of(b) },
        { start: b.start, end: b.end, text: of(a) },
      ],
    };
  if (name === 'einsum' && plain[0]?.kind === 'string') {
    const written = of(plain[0]);
    const [, quote, first, second, result, after] = /^(['"])([^,]+),([^,>]+)->([^'"]+)(['"])$/.exec(written) ?? [];
    if (first !== undefined && second !== undefined && result !== undefined) {
      const r = result.trim();
      if (/^[a-zA-Z]+$/.test(r) && r.length >= 2)
        yield put('subscripts exchanged', plain[0], `${quote!}${first},${second}->${r.slice(0, -2)}${r.at(-1)!}${r.at(-2)!}${after!}`);
    }
  }
  for (const { name: key, value } of args) {
    if (withAxis.has(name) && (key === 'dim' || key === 'axis')) yield* axes(value, put, of);
    if (/^keep_?dims?$/.test(key ?? '') && of(value) === 'True') yield put('keepdim dropped', value, 'False');
    if (key === 'create_graph' && of(value) === 'True') yield put('no graph', value, 'False');
    if (
      (key === 'min' || key === 'max') &&
      /clamp|clip/.test(name) &&
      args.filter(({ name: k }) => k === 'min' || k === 'max').length === 1
    )
      yield put('other bound', { start: value.start - key.length - 1, end: value.start - 1 }, key === 'min' ? 'max' : 'min');
  }
  const last = plain.at(-1);
  if (
    /^(?:softmax|log_softmax|logsumexp|sum|mean|norm)$/.test(name) &&
    last &&
    last !== operand &&
    numberIn(last) !== null &&
    plain.length <= 2
  )
    yield* axes(last, put, of);
  if (/^masked_fill_?$/.test(name) && last) yield put('mask filled with 0', last, '0.0');
  if (name === 'where' && last && /inf|-1e9|-1e30|finfo/.test(of(last))) yield put('mask filled with 0', last, '0.0');
  if (name === 'where' && plain[1] && /inf|-1e9|-1e30|finfo/.test(of(plain[1]))) yield put('mask filled with 0', plain[1], '0.0');
}

function* axes(value: Expression, put: (kind: SlipKind, span: Span, now: string) => Slip, of: (span: Span) => string): Generator<Slip> {
  if (numberIn(value) === null) return;
  for (const other of ['0', '1', '-2', '-1']) if (other !== of(value)) yield put('axis', value, other);
}

/** Two names of one statement that have changed places. */
function* exchanges(statement: Statement): Generator<Slip> {
  const uses = new Map<string, Span[]>();
  for (const value of valuesOf(statement))
    for (const part of partsOf(value))
      if (part.kind === 'name' && !modules.has(part.id)) uses.set(part.id, [...(uses.get(part.id) ?? []), part]);
  const called = new Set(
    valuesOf(statement).flatMap((value) =>
      [...partsOf(value)].flatMap((part) => (part.kind === 'call' && part.callee.kind === 'name' ? [part.callee.id] : [])),
    ),
  );
  const all = [...uses].filter(([name]) => !called.has(name) && name !== 'self' && name !== 'cls');
  for (const [at, [one, ones]] of all.entries())
    for (const [other, others] of all.slice(at + 1)) {
      if (!areAPair(one, other)) continue;
      const edits = [...ones.map((span) => ({ ...span, text: other })), ...others.map((span) => ({ ...span, text: one }))];
      yield { kind: 'names exchanged', edits: edits.map(({ start, end, text }) => ({ start, end, text })) };
    }
}

const pairs: readonly (readonly [RegExp, RegExp])[] = [
  [/mu|mean|loc/, /log_?var|lv|log_?s|std|sigma|scale/],
  [/std|sigma$/, /var/],
  [/chosen|_w$|win|pos/, /reject|_l$|los|neg/],
  [/real/, /fake|gen/],
  [/cond/, /unc|null/],
  [/student|^s_/, /teacher|^t_/],
  [/^q/, /^k/],
  [/^k/, /^v/],
  [/eps|noise/, /x0|clean|x_start|data|^x$/],
  [/pi|policy|new|logp/, /ref|old/],
  [/z_?e/, /z_?q|quant|^e$/],
  [/alpha/, /beta|bar|cumprod/],
  [/x0|src|source/, /x1|dst|target/],
];

/** Names of two values that are taken for each other: one name longer by a piece, or the two of a known pair. */
export function areAPair(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => name.replace(/^self\./, '').toLowerCase());
  if (a!.length > 1 && b!.length > 1 && (a!.startsWith(`${b!}_`) || b!.startsWith(`${a!}_`) || stem(a!) === stem(b!))) return true;
  return pairs.some(([first, second]) => (matches(first, a!) && matches(second, b!)) || (matches(first, b!) && matches(second, a!)));
}
const matches = (pattern: RegExp, name: string): boolean => pattern.test(name);
const stem = (name: string): string => name.replace(/\d+$|_(?:prev|next|t|s|q|p|a|b)$/, '');

function numberIn(node: Expression): number | null {
  if (node.kind === 'number') return node.value;
  if (node.kind === 'unary' && node.operator === '-' && node.operand.kind === 'number') return -node.operand.value;
  return null;
}

const isSum = (node: Expression): boolean => node.kind === 'binary' && (node.operator === '+' || node.operator === '-');

/** Brackets around a part do not belong to its span. */
function bracketed(part: Expression, around: Span, text: string, side: 'left' | 'right'): Span {
  let { start, end } = part;
  for (;;) {
    const before = /\(\s*$/.exec(text.slice(around.start, start));
    const after = /^\s*\)/.exec(text.slice(end, around.end));
    if (!before || !after) return { start, end };
    if (side === 'left' && start - before[0].length < around.start) return { start, end };
    [start, end] = [start - before[0].length, end + after[0].length];
  }
}
const isBracketed = (part: Expression, text: string): boolean =>
  /\(\s*$/.test(text.slice(0, part.start)) && /^\s*\)/.test(text.slice(part.end));
