/** Diagnostics as the editor shows them. */

import * as vscode from 'vscode';
import type { Diagnostic, Finding } from '../../../protocol/python.ts';
import { placeOf, type Source } from '../source.ts';
import type { Level, LevelOf } from './levels.ts';
import { rulePage } from './rules.ts';

/** One that is shown, and what it is of. */
export interface ShownDiagnostic {
  readonly diagnostic: Diagnostic;
  readonly document: vscode.TextDocument;
  readonly shown: vscode.Diagnostic;
}

export function shownOf(source: Source, findings: readonly Finding[], levelOf: LevelOf): ShownDiagnostic[] {
  return findings
    .flatMap(({ diagnostics }) => diagnostics)
    .flatMap((diagnostic) => {
      const level = levelOf(diagnostic);
      const place = level === 'off' ? null : placeOf(source, diagnostic);
      return place ? [{ diagnostic, document: place.document, shown: shown(source, diagnostic, place.range, level) }] : [];
    });
}

function shown(source: Source, diagnostic: Diagnostic, range: vscode.Range, level: Level): vscode.Diagnostic {
  const { rule, message, related } = diagnostic;
  const one = new vscode.Diagnostic(range, message, severityOf(level));
  one.source = 'Genlens';
  one.code = { value: rule, target: rulePage(rule) };
  one.relatedInformation = related.flatMap((other) => {
    const place = placeOf(source, other);
    return place ? [new vscode.DiagnosticRelatedInformation(new vscode.Location(place.document.uri, place.range), other.message)] : [];
  });
  return one;
}

function severityOf(level: Level): vscode.DiagnosticSeverity {
  switch (level) {
    case 'error':
      return vscode.DiagnosticSeverity.Error;
    case 'warning':
      return vscode.DiagnosticSeverity.Warning;
    case 'info':
      return vscode.DiagnosticSeverity.Information;
    case 'hint':
    case 'off':
      return vscode.DiagnosticSeverity.Hint;
  }
}
