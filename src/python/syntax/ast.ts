/**
 * Python's syntax as data, as far as formulas need it. Every node knows where it stands: UTF-16 offsets into the text, end exclusive.
 * What the parser could not read is a node of its own, so that the rest is still read.
 */

import type { Span } from '../../maths/nesting.ts';

export type UnaryOperator = '-' | '+' | '~' | 'not';
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '<<' | '>>' | '&' | '|' | '^';
export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in' | 'not in' | 'is' | 'is not';

export interface Name extends Span {
  readonly kind: 'name';
  readonly id: string;
}

export interface NumberLiteral extends Span {
  readonly kind: 'number';
  readonly value: number;
  readonly imaginary: boolean;
  /** As it is written. */
  readonly text: string;
}

/** Adjacent literals are one. A part of an f-string that is computed is an expression. */
export interface StringLiteral extends Span {
  readonly kind: 'string';
  readonly parts: readonly (string | Expression)[];
}

export interface Constant extends Span {
  readonly kind: 'constant';
  readonly value: true | false | null | 'ellipsis';
}

export interface Unary extends Span {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export interface Binary extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Logical extends Span {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
}

/** `a < b <= c`: `first` is a, `rest` the others with what stands before them. */
export interface Comparison extends Span {
  readonly kind: 'comparison';
  readonly first: Expression;
  readonly rest: readonly { readonly operator: ComparisonOperator; readonly operand: Expression }[];
}

export interface Argument {
  /** Of a keyword argument. */
  readonly name: string | null;
  readonly star: '' | '*' | '**';
  readonly value: Expression;
}

export interface Call extends Span {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: readonly Argument[];
}

export interface Attribute extends Span {
  readonly kind: 'attribute';
  readonly object: Expression;
  readonly name: string;
}

export interface Subscript extends Span {
  readonly kind: 'subscript';
  readonly object: Expression;
  readonly indices: readonly Expression[];
}

export interface Slice extends Span {
  readonly kind: 'slice';
  readonly from: Expression | null;
  readonly to: Expression | null;
  readonly step: Expression | null;
}

export interface Sequence extends Span {
  readonly kind: 'tuple' | 'list' | 'set';
  readonly items: readonly Expression[];
}

export interface Dictionary extends Span {
  readonly kind: 'dictionary';
  /** `key` is null for `**value`. */
  readonly entries: readonly { readonly key: Expression | null; readonly value: Expression }[];
}

export interface Conditional extends Span {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}

export interface Parameter {
  /** Empty for a lone `*`, after which arguments have names, and for a tuple of names. */
  readonly name: string;
  readonly star: '' | '*' | '**';
  readonly annotation: Expression | null;
  readonly default: Expression | null;
  readonly range: Span;
}

export interface Lambda extends Span {
  readonly kind: 'lambda';
  readonly parameters: readonly Parameter[];
  readonly body: Expression;
}

export interface Comprehension extends Span {
  readonly kind: 'comprehension';
  readonly form: 'list' | 'set' | 'dictionary' | 'generator';
  readonly element: Expression;
  /** Of a dictionary; `element` is then its key. */
  readonly value: Expression | null;
  readonly clauses: readonly { readonly target: Expression; readonly iterable: Expression; readonly conditions: readonly Expression[] }[];
}

/** `*x` in a call, a list or a target. */
export interface Starred extends Span {
  readonly kind: 'starred';
  readonly value: Expression;
}

/** `(name := value)`. */
export interface Walrus extends Span {
  readonly kind: 'walrus';
  readonly target: Name;
  readonly value: Expression;
}

/** `await x`, `yield x`, `yield from x`. */
export interface Passing extends Span {
  readonly kind: 'await' | 'yield';
  readonly value: Expression | null;
}

/** What the parser could not read, or an expression that has no other node. */
export interface Unread extends Span {
  readonly kind: 'unread';
}

export type Expression =
  | Name
  | NumberLiteral
  | StringLiteral
  | Constant
  | Unary
  | Binary
  | Logical
  | Comparison
  | Call
  | Attribute
  | Subscript
  | Slice
  | Sequence
  | Dictionary
  | Conditional
  | Lambda
  | Comprehension
  | Starred
  | Walrus
  | Passing
  | Unread;

/** `a = b = value`, also with an annotation; value is null in `a: float`. */
export interface Assignment extends Span {
  readonly kind: 'assignment';
  readonly targets: readonly Expression[];
  readonly annotation: Expression | null;
  readonly value: Expression | null;
}

export interface AugmentedAssignment extends Span {
  readonly kind: 'augmented';
  readonly target: Expression;
  readonly operator: BinaryOperator;
  readonly value: Expression;
}

export interface ExpressionStatement extends Span {
  readonly kind: 'expression';
  readonly value: Expression;
}

export interface Return extends Span {
  readonly kind: 'return';
  readonly value: Expression | null;
}

export interface If extends Span {
  readonly kind: 'if';
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
}

export interface For extends Span {
  readonly kind: 'for';
  readonly target: Expression;
  readonly iterable: Expression;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface While extends Span {
  readonly kind: 'while';
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface With extends Span {
  readonly kind: 'with';
  readonly items: readonly { readonly context: Expression; readonly target: Expression | null }[];
  readonly body: readonly Statement[];
}

/** `try`; also `match`, whose cases are alternatives of one another as handlers are. */
export interface Try extends Span {
  readonly kind: 'try' | 'match';
  readonly body: readonly Statement[];
  readonly alternatives: readonly (readonly Statement[])[];
  /** Of `match`: what each case compares with, where that is a value; null where it takes anything, or what is no value. */
  readonly patterns: readonly (Expression | null)[];
  readonly finally: readonly Statement[];
}

export interface FunctionDefinition extends Span {
  readonly kind: 'function';
  readonly name: string;
  readonly nameRange: Span;
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Expression[];
  readonly body: readonly Statement[];
}

export interface ClassDefinition extends Span {
  readonly kind: 'class';
  readonly name: string;
  readonly nameRange: Span;
  readonly bases: readonly Argument[];
  readonly decorators: readonly Expression[];
  readonly body: readonly Statement[];
}

/**
 * `import a.b as c` binds c to "a.b"; `from a import b as c` binds c to "a.b"; `import a.b` binds a to "a"; `from a import *` binds
 * "*" to "a.*"; `from .a import b` binds b to ".a.b".
 */
export interface Import extends Span {
  readonly kind: 'import';
  readonly bindings: readonly { readonly name: string; readonly path: string }[];
}

export interface Raise extends Span {
  readonly kind: 'raise';
}

/** What computes nothing: pass, break, del, global, assert; and what the parser could not read. */
export interface Skipped extends Span {
  readonly kind: 'skipped';
}

export type Statement =
  | Assignment
  | AugmentedAssignment
  | ExpressionStatement
  | Return
  | If
  | For
  | While
  | With
  | Try
  | FunctionDefinition
  | ClassDefinition
  | Import
  | Raise
  | Skipped;

export interface Module extends Span {
  readonly kind: 'module';
  readonly body: readonly Statement[];
  /** Whether the parser could place everything. */
  readonly whole: boolean;
}
