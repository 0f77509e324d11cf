/** The Markdown of hovers on formulas. Whatever comes from code or LaTeX is shown as the text that it is. */

import type { FormulaCard, MathCard, Picture, SymbolCard } from '../../protocol/typesetting.ts';
import type { Level } from './diagnostics/levels.ts';

/** Commands that links run; null: no such link. */
export interface HoverLinks {
  readonly copy: string;
  /** Shows where all symbols stand in the code. */
  readonly terms: string | null;
  /** The same of one, by the id of its term. */
  readonly term: (id: string) => string | null;
  /** Opens the view of the formula's family. */
  readonly model: string | null;
}

/** Something wrong with a formula. */
export interface HoverFault {
  readonly level: Level;
  /** One sentence; null where the editor's own hover says it. */
  readonly message: string | null;
  /** What differs has a colour in each ("#rrggbb"). */
  readonly compared: Readonly<Record<'written' | 'right', { readonly picture: Picture; readonly colour: string }>> | null;
}

/** The editor cuts a hover off beyond 100,000 characters. */
export const hoverLimit = 95_000;
/** Characters of a piece of code in the table. */
const longestCode = 48;

/** All that is said of a formula in code. The editor shows the first ten lines or so before it has to be scrolled. */
export function formulaMarkdown(card: FormulaCard, links: HoverLinks, faults: readonly HoverFault[] = []): string {
  const words = [...(faults.length > 0 ? [] : differs(card)), ...said(card), actions(links)];
  const head = [title(card, faults), ...faults.map(sentence), ...shown(card, faults), ...words];
  const canonical = card.canonical ? [`As it is written:\n\n${picture(card.canonical)}`] : [];
  const foot = [...noted(card), ...made(card), ...cited(card)];
  // Pictures of symbols can be done without, that of the formula cannot.
  return fitting([
    [...head, symbolTable(card.symbols, links, true), ...canonical, ...foot],
    [...head, symbolTable(card.symbols, links, false), ...canonical, ...foot],
    [...head, ...foot],
    [title(card, faults), ...faults.map(sentence), ...words, ...foot],
  ]);
}

/** The formula and its name: for one of several. */
export function briefMarkdown(card: FormulaCard, links: HoverLinks, faults: readonly HoverFault[] = []): string {
  const head = [title(card, faults), ...faults.map(sentence)];
  return fitting([
    [...head, ...shown(card, faults), actions({ ...links, model: null })],
    [...head, actions(links)],
  ]);
}

/** LaTeX in a text. */
export function mathMarkdown(card: MathCard, links: { readonly copy: string }): string {
  const name = card.name === null ? [] : [`**${plain(card.name)}**${card.family === null ? '' : ` · ${plain(card.family)}`}`];
  const foot = [...(card.summary === null ? [] : [plain(card.summary)]), ...cited(card), link('Copy LaTeX', links.copy)];
  return fitting([
    [picture(card.picture), ...name, ...foot],
    [...name, ...foot],
  ]);
}

/** `command:` with its arguments. */
export function commandLink(command: string, ...args: unknown[]): string {
  const encoded = encodeURIComponent(JSON.stringify(args)).replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29'));
  return `command:${command}${args.length === 0 ? '' : `?${encoded}`}`;
}

function title({ name, family, equality }: FormulaCard, faults: readonly HoverFault[]): string {
  if (name === null)
    return equality === 'near miss' && faults.length === 0 ? '**Nearly a formula that is known**' : '**What this computes**';
  const nearly = { exact: '', 'up to constant': '', 'near miss': 'Nearly: ' }[equality];
  return `**${nearly}${plain(name)}**${family === null ? '' : ` · ${plain(family)}`}`;
}

function differs({ equality, name }: FormulaCard): string[] {
  return equality === 'near miss' && name !== null ? ['**Not equal** to the formula: its value or its gradient differs.'] : [];
}

/** With the sign that the editor has for it, in its colour. */
function sentence({ level, message }: HoverFault): string {
  if (message === null) return '';
  const { sign, colour } = signs[level];
  return `<span style="color:var(--vscode-${colour});">$(${sign})</span> ${withCode(message)}`;
}

/** What stands between backticks is code. */
const withCode = (message: string): string =>
  message
    .split(/(`[^`]+`)/)
    .map((part, at) => (at % 2 === 1 ? `<code>${plain(part.slice(1, -1))}</code>` : plain(part)))
    .join('');

const hint = { sign: 'lightbulb', colour: 'foreground' };
const signs: Readonly<Record<Level, { readonly sign: string; readonly colour: string }>> = {
  error: { sign: 'error', colour: 'problemsErrorIcon-foreground' },
  warning: { sign: 'warning', colour: 'problemsWarningIcon-foreground' },
  info: { sign: 'info', colour: 'problemsInfoIcon-foreground' },
  hint,
  off: hint,
};

/** What the code computes, with what it would have to compute where that is known. */
function shown({ picture: whole }: FormulaCard, faults: readonly HoverFault[]): string[] {
  const pairs = faults.flatMap(({ compared, level }) => (compared ? [comparison(compared, level)] : []));
  if (pairs.length > 0) return pairs;
  return whole.latex === '' ? [] : [picture(whole)];
}

/** What only differs from a formula may be meant so. */
function comparison({ written, right }: NonNullable<HoverFault['compared']>, level: Level): string {
  const isWrong = level === 'warning' || level === 'error';
  const rows = [
    { ...written, sign: 'diff-removed', words: 'Is' },
    { ...right, sign: 'diff-added', words: isWrong ? 'Should be' : 'Formula' },
  ].map(({ picture: drawn, colour, sign, words }) => {
    const said = `<span style="color:${colour};">$(${sign})</span>&nbsp;${words}`;
    const content = 'uri' in drawn ? image(drawn) : `<code>${plain(cut(drawn.latex, 400))}</code>`;
    return `<tr><td>${said}&emsp;</td><td>${content}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function said({ summary, remarks, equality, unit }: FormulaCard): string[] {
  const facts = [
    // The remarks mostly say it themselves.
    ...(equality === 'up to constant' && !remarks.some((remark) => /constant|gradient/.test(remark)) ? ['equal up to a constant'] : []),
    ...remarks,
    ...(unit === null ? [] : [unit === 'no unit' ? 'dimensionless' : `in ${unit}`]),
  ];
  const here = facts.length === 0 ? [] : [`*Here:* ${plain(facts.join('; '))}.`];
  return [...(summary === null ? [] : [plain(summary)]), ...here];
}

function noted({ note }: FormulaCard): string[] {
  return note === null ? [] : [plain(note)];
}

function made({ parts }: FormulaCard): string[] {
  return parts.length === 0 ? [] : [`Made of: ${plain(parts.join(', '))}.`];
}

function cited({ source }: Pick<FormulaCard, 'source'>): string[] {
  if (!source) return [];
  const address =
    source.arxiv === null || !/^[\w.\-/]+$/.test(source.arxiv) ? '' : ` [arXiv:${source.arxiv}](https://arxiv.org/abs/${source.arxiv})`;
  return [`${plain(source.text)}${address}`];
}

function actions({ copy, terms, model }: HoverLinks): string {
  const shown = [link('Copy LaTeX', copy), ...(terms === null ? [] : [link('Where each term is', terms)])];
  if (model !== null) shown.push(link('Show on a model', model));
  return shown.join(' &nbsp;·&nbsp; ');
}

/** HTML, since a table of Markdown has to have a heading. */
function symbolTable(symbols: readonly SymbolCard[], links: HoverLinks, pictures: boolean): string {
  if (symbols.length === 0) return '';
  const rows = symbols.map((symbol) => {
    const target = links.term(symbol.id);
    const code = `<code><span style="color:${symbol.colour};">${plain(cut(symbol.code))}</span></code>`;
    const cells = [
      pictures && 'uri' in symbol.picture ? image(symbol.picture) : '',
      target === null ? code : `<a href="${target}" title="Show where it is in the code">${code}</a>`,
      meaning(symbol),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function meaning({ term, encoding }: SymbolCard): string {
  if (!term) return encoding === null ? '' : plain(encoding);
  const held = encoding === null ? '' : `, held as ${encoding}`;
  const facts = [...(term.shape === 'number' ? [] : [term.shape]), ...(term.unit === 'dimensionless' ? [] : [`in ${term.unit}`])];
  return `<b>${plain(term.name)}</b>${plain(`${held} ${facts.join(', ')}`.trimEnd())}: ${plain(term.meaning)}`;
}

function picture(shown: Picture): string {
  if ('uri' in shown) return image(shown);
  return `This cannot be drawn: ${plain(shown.problem)}.\n\n${fenced(shown.latex)}`;
}

function image({ uri, latex }: Extract<Picture, { uri: string }>): string {
  return `<img src="${uri}" alt="${plain(cut(latex, 400))}">`;
}

const link = (text: string, target: string): string => `[${text}](${target})`;

/** LaTeX as it was written, between fences that it does not close. */
function fenced(latex: string): string {
  const longest = Math.max(2, ...[...latex.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}latex\n${latex.slice(0, 2_000).trim()}\n${fence}`;
}

function cut(text: string, most = longestCode): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** Text that is neither Markdown nor HTML, on one line, and in a cell of a table no new cell. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!<>|~&$"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}

/** The first version that the editor shows whole. */
function fitting(versions: readonly (readonly string[])[]): string {
  const texts = versions.map((parts) => parts.filter((part) => part !== '').join('\n\n'));
  return texts.find((text) => text.length <= hoverLimit) ?? 'This formula is too long for a hover.';
}
