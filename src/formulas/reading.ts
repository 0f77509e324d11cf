/**
 * How code that computes a formula is known: by its value and derivatives, and, where those cannot tell two formulas apart, by where
 * the inputs came from.
 */

import type { Tensor } from '../maths/tensor/tensor.ts';

/** What a role's numbers may be; also what they are drawn from when code and formula are compared. */
export type Domain =
  /** Any number, standard normal. */
  | 'real'
  /** Above 0, around 1. */
  | 'positive'
  /** Between 0 and 1, both excluded. */
  | 'unit'
  /** 0 or 1. */
  | 'binary'
  /** Probabilities: positive, the last axis sums to 1. */
  | 'distribution'
  /** Log-probabilities of a distribution over the last axis. */
  | 'logDistribution'
  /** A log-probability or log-density: below 0. */
  | 'logProbability'
  /** A whole number from 0 to below the size of the axis that `classes` names. */
  | 'class'
  /** A symmetric positive definite matrix over the last two axes. */
  | 'covariance'
  /** Above 0 and below 0.1: an offset, a smoothing, a noise level that others leave room for. */
  | 'small'
  /** The length of the axis that `classes` names: a width, a number of classes. */
  | 'length';

/** One of the forms in which code may hold a role: a standard deviation as the logarithm of its square. */
export interface Encoding {
  readonly id: string;
  /** In words: "log-variance". */
  readonly name: string;
  /** LaTeX of the held form, from the LaTeX of the role. */
  readonly symbol: (role: string) => string;
  /** From the role's value to what code holds. */
  readonly encode: (role: Tensor) => Tensor;
  /** Names of variables that mean this form, as words in lower case: "log var", "logvar". */
  readonly words: readonly string[];
  /** Names with these words mean another form: "sqrt" before the name of what is held as it is. */
  readonly not?: readonly string[];
}

/** Where a value comes from, as far as the code tells. */
export type Origin =
  /** Drawn: standard normal, uniform. */
  | 'normal'
  | 'uniform'
  /** Drawn, and moved between 0 and 1; drawn from a normal, and raised to a power of e. */
  | 'drawnShare'
  | 'logNormal'
  /** What a loop changes and was drawn before. */
  | 'fromNoise'
  /** What a module or function that is not in the file returned. */
  | 'call'
  | 'parameter'
  | 'attribute'
  /** A derivative that the code asks for. */
  | 'gradient'
  /** An embedding or code book looked up. */
  | 'lookup'
  /** One of several things that a call gave. */
  | 'part'
  /** Taken from a schedule by a time. */
  | 'schedule'
  /** A sample of a distribution object, or its log-density. */
  | 'sample'
  | 'logDensity'
  /** A log-density of a sample of the very distribution. */
  | 'ownDensity'
  /** Computed by the code from other values, not drawn. */
  | 'computed';

export interface Role {
  /** The id of the formula's term. */
  readonly id: string;
  /** Axes by name, in the order of the canonical value: "B D"; "" for a number. A number may be one per example in code. */
  readonly shape: string;
  readonly domain: Domain;
  /** Of domain `class`: the axis that it counts along. Of domain `length`: the axis that it is the length of. */
  readonly classes?: string;
  /** The forms in which code may hold it; absent: as it is. */
  readonly encodings?: readonly Encoding[];
  /** Names that mean this role, as words in lower case ("fake", "recon x"). A name that matches is tried here first. */
  readonly words?: readonly string[];
  /** Names that cannot be this role. */
  readonly not?: readonly string[];
  /** Only what has one of its names may be it. */
  readonly named?: boolean;
  /** What it is where the code leaves it out: 0 for a mask, 1 for a gain. */
  readonly absent?: number;
  /** It may stand in the code as a number; these are drawn from the code's own literals. */
  readonly literal?: boolean;
}

/** One thing that has to be so. Words are compared with the words of names: of the variable, of what was called, of its arguments; `own`: of what holds it alone. */
export type Requirement =
  | { readonly role: string; readonly words: readonly string[]; readonly not?: readonly string[]; readonly own?: true }
  | { readonly role: string; readonly origin: readonly Origin[] }
  /** Neither the role nor the other one was computed from the other. */
  | { readonly role: string; readonly apartFrom: string }
  /** It comes from none of these. */
  | { readonly role: string; readonly without: readonly Origin[] }
  /** The role is held in one of these forms: ids of its encodings. */
  | { readonly role: string; readonly encodings: readonly string[] }
  /** One value alone holds the role, not two that the code would have to keep in step. */
  | { readonly role: string; readonly once: true }
  /** Calls that lead to what is bound to the role from what is bound to another one, where they are seen, are as many. */
  | { readonly role: string; readonly of: string; readonly calls: number }
  /** No gradient reaches it. */
  | { readonly role: string; readonly held: true }
  /** Something that no gradient reaches was taken off it. */
  | { readonly role: string; readonly lessHeld: true }
  /** One network, of whatever name, said both: the role of something given, the other of what another network made (`noise`: of noise). */
  | { readonly role: string; readonly judgedBeside: string; readonly of?: 'noise' }
  /** It is what a network says of what another one made of noise. */
  | { readonly role: string; readonly judgedOf: 'noise' }
  /** One network said both of two things that were given. */
  | { readonly role: string; readonly saidLike: string }
  /** It is a network's answer, where the other role was given to the code. */
  | { readonly role: string; readonly answers: string }
  /** It went there by one network and back by another, the other role the other way round. */
  | { readonly role: string; readonly thereAndBack: string }
  /** A call returned it, or what it was computed from, and was given the other role, or what was computed from that. */
  | { readonly role: string; readonly given: string }
  /** Where a call returned it, it was given more than one thing: a sample and a time, not a place alone. */
  | { readonly role: string; readonly toldMore: true }
  /** No such call was given it. */
  | { readonly role: string; readonly keptFrom: string }
  /** Both were returned by the same function or model, given the same but for one thing: a condition, which the role's call went without. */
  | { readonly role: string; readonly withoutConditionOf: string }
  /** One call returned it, as it is or summed up, and what the other role was computed from. */
  | { readonly role: string; readonly returnedWith: string }
  /** Several values hold the role, and all were looked up, or computed, at one time. */
  | { readonly role: string; readonly atOneTime: true }
  /** A call was given it, and beside it what the two others were put together to. */
  | { readonly role: string; readonly toldWith: readonly [string, string] }
  /** The other role and it were put together to one of these formulas, elsewhere in the code. */
  | { readonly role: string; readonly with: string; readonly into: readonly string[] }
  /** What is bound to the role is itself one of these formulas, by value. */
  | { readonly role: string; readonly formula: readonly string[] }
  /** What is bound to the role was computed (by a model, say) from something that is one of these formulas, by value. */
  | { readonly role: string; readonly from: readonly string[] }
  /** The name that the result is given, or of the function or class around it; none wanted: only what it must not be. */
  | { readonly context: readonly string[]; readonly not?: readonly string[] }
  | { readonly target: readonly string[] };

/** Any of these alternatives, and in it every requirement. Absent: value alone tells. */
export type Evidence = readonly (readonly Requirement[])[];

export interface ValueReading {
  readonly kind: 'value';
  readonly roles: readonly Role[];
  /** Axes of what `elements` returns: "B D". */
  readonly axes: string;
  /** Those of them that the formula itself sums over: "D". Over the others code may sum, take the mean, or keep them. */
  readonly summed: string;
  /** By `src/maths`, of roles in their canonical shapes; not yet summed. */
  readonly elements: (roles: Readonly<Record<string, Tensor>>) => Tensor;
  /**
   * `loss`: a positive multiple, or another additive constant, still is the formula. `density`: so is a negative multiple. `quantity`:
   * the very numbers.
   */
  readonly fit: 'loss' | 'density' | 'quantity';
  /**
   * Groups of operations: code must have one of each group. It rules most code out before anything is computed, so a group has to name
   * every operation that could do the job. Names as in `src/python/value/operations.ts`.
   */
  readonly operations: readonly (readonly string[])[];
  /** Other orders of axes in which code may hold the roles and the result, by id ("result" for the latter). */
  readonly layouts?: readonly Readonly<Record<string, string>>[];
  readonly evidence?: Evidence;
  /** 0 for a generic name, to be shown only where no other holds; between, where one that is found further on is the better name; 1 by default; 2 where it includes another one. */
  readonly rank?: number;
  /** What is said to the user of code that is known by this reading and not by another: "floor taken per example". */
  readonly remark?: string;
}

/** A sum of terms each of which is known. */
export interface SumReading {
  readonly kind: 'sum';
  readonly terms: readonly SumTerm[];
  readonly evidence?: Evidence;
  readonly rank?: number;
  /** What is said to the user of code that is known by this reading and not by another: "floor taken per example". */
  readonly remark?: string;
}

export interface SumTerm {
  /** The id of the formula's term. */
  readonly id: string;
  /** Formulas that it may be. */
  readonly formulas: readonly string[];
  /** Names that mean it where the code computes it elsewhere: "recon loss". */
  readonly words: readonly string[];
  /** Names that mean minus it: "log likelihood". */
  readonly opposite?: readonly string[];
  /** General formulas that it may be by value, where its name says that it is the term. */
  readonly also?: readonly string[];
  /** `one`: relative to the first term it has the weight 1; `other`: another one; absent: any. */
  readonly weight?: 'one' | 'other';
  readonly optional?: boolean;
  /** Several terms of the code may be it together, all of one formula: of several things that are reconstructed. */
  readonly several?: true;
}

/** A call that is the formula by definition of its library: what it is called in the graph (`src/python/expression/follow`). */
export interface CallReading {
  readonly kind: 'call';
  readonly calls: readonly string[];
  readonly rank?: number;
  /** What is said to the user of code that is known by this reading and not by another: "floor taken per example". */
  readonly remark?: string;
}

export type Reading = ValueReading | SumReading | CallReading;
