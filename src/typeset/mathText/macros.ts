/** Commands that a document defines for its formulas, written out. */

export interface Macro {
  readonly parameters: number;
  /** Of the first parameter, where that may be left out; null: it may not. */
  readonly optional: string | null;
  readonly body: string;
}

export type Macros = ReadonlyMap<string, Macro>;

const mostMacros = 500;
const mostExpansions = 400;
const longest = 20_000;

/** The macros that a text defines by \newcommand, \def, \DeclareMathOperator and their relatives; the last of a name holds. */
export function macrosOf(text: string): Macros {
  const found = new Map<string, Macro>();
  const definitions =
    /\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*\\([a-zA-Z]+)\s*\}|\\([a-zA-Z]+))\s*(?:\[(\d)\])?\s*(?:\[([^\]\n]*)\])?\s*(?=\{)|\\def\s*\\([a-zA-Z]+)((?:#\d)*)(?=\{)|\\DeclareMathOperator(\*?)\s*(?:\{\s*\\([a-zA-Z]+)\s*\}|\\([a-zA-Z]+))\s*(?=\{)/g;
  for (let match = definitions.exec(text), tried = 0; match && tried < mostMacros; match = definitions.exec(text), tried++) {
    const [whole, inBraces, bare, count, optional, defined, parameters, star, operatorInBraces, operator] = match;
    const body = groupAt(text, match.index + whole.length);
    if (!body) continue;
    const operatorName = operatorInBraces ?? operator;
    if (operatorName !== undefined) {
      found.set(operatorName, { parameters: 0, optional: null, body: `\\operatorname${star ?? ''}{${body.content}}` });
    } else {
      const name = inBraces ?? bare ?? defined ?? '';
      const number = count === undefined ? (parameters?.length ?? 0) / 2 : Number(count);
      found.set(name, { parameters: number, optional: optional ?? null, body: body.content });
    }
  }
  return found;
}

/** LaTeX with its macros written out, as far as that ends. */
export function expandMacros(latex: string, macros: Macros): string {
  if (macros.size === 0) return latex;
  let text = latex;
  const commands = /\\(?:([a-zA-Z]+)|[^])/g;
  for (let match = commands.exec(text), done = 0; match && done < mostExpansions; match = commands.exec(text)) {
    const macro = macros.get(match[1] ?? '');
    if (!macro) continue;
    const call = argumentsAt(text, match.index + match[0].length, macro);
    if (!call) continue;
    const body = macro.body.replace(/#(\d)/g, (_, index) => call.values[Number(index) - 1] ?? '');
    const rest = text.slice(call.end);
    text = `${text.slice(0, match.index)}${body}${/\\[a-zA-Z]+$/.test(body) && /^[a-zA-Z]/.test(rest) ? ' ' : ''}${rest}`;
    // What it is made of may be macros too.
    commands.lastIndex = match.index;
    done++;
    if (text.length > longest) return latex;
  }
  return text;
}

function argumentsAt(text: string, from: number, { parameters, optional }: Macro): { values: string[]; end: number } | null {
  const values: string[] = [];
  let end = from;
  if (optional !== null && parameters > 0) {
    const given = /^\s*\[([^\]]*)\]/.exec(text.slice(end, end + 2_000));
    values.push(given?.[1] ?? optional);
    end += given?.[0].length ?? 0;
  }
  while (values.length < parameters) {
    const start = end + (/^\s*/.exec(text.slice(end, end + 200))?.[0].length ?? 0);
    const group = groupAt(text, start);
    const token = /^(?:\\(?:[a-zA-Z]+|[^])|[^\s}])/.exec(text.slice(start, start + 100))?.[0];
    if (group) values.push(group.content);
    else if (token !== undefined) values.push(token);
    else return null;
    end = group ? group.end : start + (token?.length ?? 0);
  }
  return { values, end };
}

/** The group in braces that begins there. */
function groupAt(text: string, from: number): { content: string; end: number } | null {
  if (text[from] !== '{') return null;
  let depth = 0;
  for (let at = from; at < Math.min(text.length, from + longest); at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return { content: text.slice(from + 1, at), end: at + 1 };
  }
  return null;
}
