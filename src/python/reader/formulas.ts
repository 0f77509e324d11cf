/** Finds the formulas of texts, and of a text that has changed reads only what the change can have to do with. */

import type { Parser } from 'web-tree-sitter';
import type { Formula } from '../../formulas/formula.ts';
import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';
import { withoutIgnored } from '../checks/ignored.ts';
import { readPiece, type ReadPiece } from '../source/parts.ts';
import { piecesNear } from '../source/near.ts';
import { piecesOf } from '../source/pieces.ts';
import { unitsOf, type Unit } from '../source/units.ts';
import { readModule } from '../syntax/build.ts';
import { Likeness } from './likeness.ts';
import { untold, type UnitReading } from './checkUnit.ts';
import { readUnit, type Memory } from './readUnit.ts';
import { agreeing } from '../checks/players.ts';
import { atCriteria } from '../checks/criteria.ts';
import { againstPaths } from '../checks/paths.ts';
import { unlike } from '../checks/conventions.ts';
import { againstVelocities } from '../checks/directions.ts';
import { contradicting } from '../checks/uses.ts';
import { namelessFinding } from '../checks/told.ts';
import { afterTrial, isTried, outcomesOf, type Outcome } from './mended.ts';
import { promise } from './promise.ts';

export interface ReadOptions {
  /** Milliseconds after which what is left is not read. */
  readonly limit: number;
  /** Only what touches this is read. */
  readonly within?: Span;
  /** Whether it is told what is wrong. */
  readonly checked?: boolean;
  /** Whether that is told too which comments ask to ignore. */
  readonly ignored?: boolean;
  readonly signal?: AbortSignal;
}

/** Texts that are remembered. */
const mostTexts = 8;
/** Units that are remembered of a text of which places alone are asked. */
const mostUnits = 5_000;
/** Milliseconds between two looks at whether something else is asked for. */
const slice = 15;

/** A unit, and how far it was read. */
interface Progress {
  readonly unit: Unit;
  steps: Generator<void, UnitReading> | null;
  reading: UnitReading | null;
}

interface Version {
  readonly text: string;
  /** Pieces that were not parsed, since what was asked for does not need them. */
  readonly left: readonly Span[];
  readonly pieces: ReadonlyMap<string, ReadPiece>;
  readonly units: ReadonlyMap<string, Progress>;
  /** In the order of the text, with where their targets begin in it. */
  readonly placed: readonly { readonly progress: Progress; readonly starts: readonly number[]; readonly ends: readonly number[] }[];
}

export class FormulaReader {
  readonly #parser: Parser;
  readonly #memory: Memory;
  readonly #versions = new Map<string, Version>();
  /** How fixes turned out, by what they change. */
  readonly #fixes = new Map<string, readonly Outcome[]>();
  /** How many places are asked for at this moment. */
  #places = 0;

  /** `onFault` is told of what must not happen: the code in question is then taken for no formula. */
  constructor(parser: Parser, catalogue: Iterable<Formula>, onFault: (error: unknown) => void = () => undefined) {
    this.#parser = parser;
    this.#memory = { catalogue: [...catalogue].filter(({ readings }) => readings), likeness: new Likeness(), known: new Map(), onFault };
  }

  /** The formulas of a text, in the order in which they begin. While places are asked for, whole texts wait. */
  async read(key: string, text: string, options: ReadOptions): Promise<Finding[]> {
    if (!options.within) return this.#read(key, text, options);
    this.#places++;
    try {
      return await this.#read(key, text, options);
    } finally {
      this.#places--;
    }
  }

  async #read(key: string, text: string, { limit, within, checked = false, ignored = false, signal }: ReadOptions): Promise<Finding[]> {
    const end = performance.now() + limit;
    const { placed } = this.#version(key, text, within);
    const touches = (span: Span): boolean => !within || (span.start <= within.end && within.start <= span.end);
    const asked = placed.filter(({ starts, ends }) => starts.some((start, at) => touches({ start, end: ends[at]! })));
    let rest = performance.now() + slice;
    const work = asked.map(({ progress }) => progress).sort((a, b) => promise(b.unit) - promise(a.unit));
    // All is read before any of it is checked.
    for (const isDone of [isRead, ...(checked ? [isChecked] : [])]) {
      for (const progress of work) {
        while (!isDone(progress) && performance.now() < end) {
          this.#step(progress);
          if (performance.now() < rest) continue;
          do {
            await new Promise((resolve) => setImmediate(resolve));
            signal?.throwIfAborted();
          } while (!within && this.#places > 0 && performance.now() < end);
          rest = performance.now() + slice;
        }
      }
    }
    const all = asked.flatMap(({ progress: { reading }, starts }) => (reading ? inText(reading, starts) : []));
    const told = checked
      ? await this.#tried(key, text, atCriteria(text, withDiagnosed(all, together(asked))), end - performance.now())
      : all;
    const findings = ignored ? told : withoutIgnored(text, told);
    return [...(within ? findings : withoutRepeats(findings))].sort(inOrder);
  }

  /** Fixes of near misses are tried, each once. */
  async #tried(key: string, text: string, findings: readonly Finding[], limit: number): Promise<Finding[]> {
    const reread = (mended: string, within: Span): Promise<Finding[]> =>
      this.read(`${key} mended`, mended, { limit: Math.max(limit, 500), within });
    const all: Finding[] = [];
    for (const finding of findings) {
      const isOpen = isTried(finding) && finding.diagnostics.some(({ fix }) => fix);
      if (!isOpen) {
        all.push(finding);
        continue;
      }
      const id = triedKey(finding, text);
      let outcomes = this.#fixes.get(id);
      if (!outcomes) {
        if (this.#fixes.size >= mostFixes) this.#fixes.clear();
        this.#fixes.set(id, (outcomes = await outcomesOf(finding, text, reread)));
      }
      const left = afterTrial(finding, outcomes);
      if (left) all.push(left);
    }
    return all;
  }

  /** What was not read yet, or not checked, of the text that was last read with this key. */
  unread(key: string, checked = false): Span[] {
    const { placed, left } = this.#versions.get(key) ?? { placed: [], left: [] };
    const unread = placed
      .filter(({ progress }) => !(checked ? isChecked : isRead)(progress))
      .flatMap(({ starts, ends }) => starts.map((start, at) => ({ start, end: ends[at]! })));
    return [...unread, ...left].sort(inOrder);
  }

  #step(progress: Progress): void {
    progress.steps ??= progress.reading?.check?.() ?? readUnit(progress.unit, this.#memory);
    try {
      const step = progress.steps.next();
      if (step.done !== true) return;
      progress.reading = step.value;
    } catch (error) {
      this.#memory.onFault(error);
      progress.reading = { findings: [], starts: [], ...untold, check: null };
    }
    progress.steps = null;
  }

  #version(key: string, text: string, within: Span | undefined): Version {
    const before = this.#versions.get(key);
    this.#versions.delete(key);
    const version = before?.text === text && before.left.length === 0 ? before : this.#parsed(text, before, within);
    this.#versions.set(key, version);
    if (this.#versions.size > mostTexts) this.#versions.delete(this.#versions.keys().next().value!);
    return version;
  }

  /** Pieces and units that were there before are taken over. */
  #parsed(text: string, before: Version | undefined, within: Span | undefined): Version {
    const pieces = new Map<string, ReadPiece>();
    const starts = new Map<object, number>();
    const all = piecesOf(text);
    // What is asked of one place is not to wait for all others.
    const near = within ? piecesNear(text, all, within) : all;
    const parts = near.flatMap(({ start, end }) => {
      const source = text.slice(start, end);
      // Code that stands there twice is two pieces.
      const known = pieces.has(source) ? undefined : before?.pieces.get(source);
      const piece = known ?? readPiece(source, (code) => readModule(this.#parser, code));
      pieces.set(source, piece);
      for (const part of piece.parts) for (const one of [part, ...part.methods]) starts.set(one, start + one.statement.start);
      return piece.parts;
    });
    const units = new Map<string, Progress>();
    const placed = unitsOf(parts).map((unit) => {
      const progress = units.get(unit.key) ?? before?.units.get(unit.key) ?? { unit, steps: null, reading: null };
      units.set(unit.key, progress);
      const from = unit.targets.map((target) => starts.get(target)!);
      return { progress, starts: from, ends: unit.targets.map(({ source }, at) => from[at]! + source.length) };
    });
    // What was read for another place, or of the text before, is wanted again.
    if (near.length < all.length && before && before.units.size < mostUnits) {
      for (const [source, piece] of before.pieces) if (!pieces.has(source)) pieces.set(source, piece);
      for (const [unit, progress] of before.units) if (!units.has(unit)) units.set(unit, progress);
    }
    const parsed = new Set(near);
    return { text, left: all.filter((piece) => !parsed.has(piece)), pieces, units, placed };
  }
}

const mostFixes = 500;

/** The function around is part of it: what is right there may be wrong elsewhere. */
function triedKey({ start, end, holder, diagnostics }: Finding, text: string): string {
  const fixes = diagnostics.map(({ fix }) => fix?.edits.map((edit) => `${edit.start - start} ${edit.end - start} ${edit.text}`).join(';'));
  return `${holder?.name ?? ''}|${text.slice(holder?.start ?? start, end)}|${fixes.join('|')}`;
}

const isRead = ({ reading }: Progress): boolean => reading !== null;
const isChecked = ({ reading }: Progress): boolean => reading?.check === null;

/** Without those that a function of the text computes, and only that function, and without parts of others. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const computed = new Set(findings.map(({ holder, formula }) => `${holder?.name ?? ''} ${formula ?? ''}`));
  const isRepeat = ({ calls, formula, isPart }: Finding): boolean =>
    isPart || (calls !== null && computed.has(`${calls} ${formula ?? ''}`));
  return findings.filter((finding) => finding.diagnostics.length > 0 || !isRepeat(finding));
}

const inOrder = (a: Span, b: Span): number => a.start - b.start || b.end - a.end;

/** From a unit's module to the text. */
const moverFrom =
  (inUnit: readonly number[], starts: readonly number[]) =>
  <T extends Span>(span: T): T => {
    const by = starts[inUnit.findLastIndex((from) => from <= span.start)]! - inUnit.findLast((from) => from <= span.start)!;
    return { ...span, start: span.start + by, end: span.end + by };
  };

/** What is wrong with several units together. */
function together(asked: Version['placed']): Diagnostic[] {
  const of = <T extends Span>(told: (reading: UnitReading) => readonly T[]): T[] =>
    asked.flatMap(({ progress: { reading }, starts }) =>
      reading ? told(reading).map((one) => moverFrom(reading.starts, starts)(one)) : [],
    );
  return [
    ...agreeing(of(({ claims }) => claims)),
    ...contradicting(of(({ uses }) => uses)),
    ...againstPaths(of(({ ways }) => ways)),
    ...unlike(of(({ habits }) => habits)),
    ...againstVelocities(of(({ directions }) => directions)),
  ];
}

/** What is said of formulas together is said at the one that it stands at. */
function withDiagnosed(findings: readonly Finding[], of: readonly Diagnostic[]): Finding[] {
  // What one unit tells by itself is not told again.
  const known = findings.flatMap((finding) => finding.diagnostics);
  const diagnostics = of.filter((one) => !known.some(({ rule, start, end }) => rule === one.rule && start < one.end && one.start < end));
  const isAt = (finding: Finding, { start, end }: Diagnostic): boolean => finding.start === start && finding.end === end;
  const diagnosed = findings.map((finding) => {
    const more = diagnostics.filter((one) => isAt(finding, one));
    return more.length > 0 ? { ...finding, diagnostics: [...finding.diagnostics, ...more] } : finding;
  });
  const nameless = diagnostics.filter((one) => !findings.some((finding) => isAt(finding, one)));
  return [...diagnosed, ...nameless.map((one) => namelessFinding(one, one))];
}

/** What was found in a unit, where it stands in the text. */
function inText({ findings, starts: inUnit }: UnitReading, starts: readonly number[]): Finding[] {
  const moved = moverFrom(inUnit, starts);
  return findings.map((finding) => ({
    ...moved(finding),
    variables: finding.variables.map((variable) => ({ ...variable, spans: variable.spans.map(moved) })),
    holder: finding.holder && moved(finding.holder),
    diagnostics: finding.diagnostics.map((diagnostic) => ({
      ...moved(diagnostic),
      related: diagnostic.related.map(moved),
      fix: diagnostic.fix && { ...diagnostic.fix, edits: diagnostic.fix.edits.map(moved) },
    })),
  }));
}
