/** What is shown of formulas in code where they are pointed at. */

import type * as vscode from 'vscode';
import { commands, innerCommands } from '../../contributions.ts';
import { plainLatex } from '../../formulas/formula.ts';
import type { Diagnostic, Finding } from '../../protocol/python.ts';
import type { FormulaCard, ThemeKind } from '../../protocol/typesetting.ts';
import type { Typesetter } from '../../typeset/client.ts';
import { palettes } from '../../typeset/palette.ts';
import { levelsFor } from './diagnostics/level.ts';
import type { LevelOf } from './diagnostics/levels.ts';
import { briefMarkdown, commandLink, formulaMarkdown, type HoverFault, type HoverLinks } from './hoverText.ts';
import { mostSpans, type MarkRequest } from './markRequest.ts';
import type { Source } from './source.ts';
import { themeKind } from './theme.ts';
import { trusted } from './trusted.ts';
import { viewOf } from './views.ts';

/**
 * One text a finding: all of the first and the others in brief, or all in brief.
 * @param at where is pointed at: what is wrong there the editor says itself
 * @throws RpcError where the thread that draws has failed
 */
export async function cardHover(
  typesetter: Typesetter,
  source: Source,
  findings: readonly Finding[],
  brief: boolean,
  at: number | null = null,
): Promise<vscode.MarkdownString[]> {
  const theme = themeKind();
  const levelOf = levelsFor(source.uri);
  const cards = await Promise.all(findings.map((finding) => typesetter.formula({ finding, theme })));
  return cards.map((card, index) => {
    const finding = findings[index]!;
    const links = linksOf(source, finding, card);
    const faults = finding.diagnostics.map((diagnostic, place) => faultOf(diagnostic, card.compared[place] ?? null, levelOf, theme, at));
    return trusted(index === 0 && !brief ? formulaMarkdown(card, links, faults) : briefMarkdown(card, links, faults));
  });
}

function faultOf(
  diagnostic: Diagnostic,
  compared: FormulaCard['compared'][number],
  levelOf: LevelOf,
  theme: ThemeKind,
  at: number | null,
): HoverFault {
  const { differs } = palettes[theme];
  return {
    level: levelOf(diagnostic),
    message: at !== null && diagnostic.start <= at && at <= diagnostic.end ? null : diagnostic.message,
    compared: compared && {
      written: { picture: compared.written, colour: differs.written },
      right: { picture: compared.right, colour: differs.right },
    },
  };
}

function linksOf(source: Source, finding: Finding, card: FormulaCard): HoverLinks {
  const { uri, version } = source;
  const show = (ids: ReadonlySet<string>): string | null => {
    const marks = card.symbols.flatMap(({ id, code, colour }) => {
      const spans = finding.variables.find((variable) => variable.id === id && variable.code === code)?.spans ?? [];
      return ids.has(id) && spans.length > 0 ? [{ colour, spans: spans.slice(0, mostSpans) }] : [];
    });
    return marks.length === 0 ? null : commandLink(innerCommands.showTerms, { uri, version, marks } satisfies MarkRequest);
  };
  const view = card.family === null ? undefined : viewOf[card.family];
  return {
    copy: commandLink(commands.copyFormula, plainOf(finding.latex)),
    terms: show(new Set(card.symbols.map(({ id }) => id))),
    term: (id) => show(new Set([id])),
    model: view === undefined ? null : commandLink(view),
  };
}

function plainOf(latex: string): string {
  try {
    return plainLatex(latex);
  } catch {
    return latex;
  }
}
