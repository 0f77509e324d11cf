/** The value of LaTeX of arithmetic, as a reader takes it: products by juxtaposition, cases, lines of steps. */

type Values = Readonly<Record<string, number>>;

/** @throws Error where it is not that. */
export function valueOf(latex: string, values: Values): number {
  const tokens =
    latex
      .replace(/\\[bB]ig[lr]|\\left|\\right|\\,|\\cdot/g, ' ')
      .replace(/\\begin\{cases\}/g, String.raw`\cases `)
      .replace(/\\end\{cases\}/g, String.raw`\endcases `)
      .replace(/\\text\{(if|otherwise) ?\}/g, (_, word: string) => `\\${word} `)
      .match(/\\[a-z]+|\\\\|[\d.]+|[a-z]'*|[^\s]/g) ?? [];
  let at = 0;
  const take = (token: string): void => {
    if (tokens[at++] !== token) throw new Error(`No ${token} before ${tokens.slice(at).join(' ')} in ${latex}`);
  };
  const group = (open = '{', close = '}'): number => {
    take(open);
    const value = sum();
    take(close);
    return value;
  };
  function sum(): number {
    let value = 0;
    for (let isFirst = true; isFirst || tokens[at] === '+' || tokens[at] === '-'; isFirst = false) {
      const sign = tokens[at] === '-' ? -1 : 1;
      if (tokens[at] === '+' || tokens[at] === '-') at++;
      value += sign * product();
    }
    return value;
  }
  function product(): number {
    let value = 1;
    do value *= power();
    while (at < tokens.length && !/^(?:[+\-})&>]|\\\\|\\rvert|\\if|\\otherwise|\\endcases)$/.test(tokens[at]!));
    return value;
  }
  function power(): number {
    const base = atom();
    if (tokens[at] !== '^') return base;
    at++;
    return Math.pow(base, group());
  }
  function atom(): number {
    const token = tokens[at] ?? '';
    if (token === '(') return group('(', ')');
    if (token === '{') return group();
    if (token === String.raw`\lvert`) return Math.abs(group(token, String.raw`\rvert`));
    at++;
    if (token === String.raw`\frac` || token === String.raw`\tfrac`) return group() / group();
    if (token === String.raw`\sqrt`) return Math.sqrt(group());
    if (token === String.raw`\log`) return Math.log(power());
    if (token === String.raw`\cases`) return cases();
    const number = values[token] ?? Number(token);
    if (token === '' || Number.isNaN(number)) throw new Error(`${token} in ${latex}`);
    return number;
  }
  function cases(): number {
    let chosen: number | undefined;
    for (;;) {
      const value = sum();
      take('&');
      let holds = true;
      if (tokens[at] === String.raw`\if`) {
        at++;
        const left = sum();
        take('>');
        holds = left > sum();
      } else take(String.raw`\otherwise`);
      if (holds) chosen ??= value;
      if (tokens[at++] === String.raw`\endcases`) break;
    }
    if (chosen === undefined) throw new Error(`No case in ${latex}`);
    return chosen;
  }
  const value = sum();
  if (at < tokens.length) throw new Error(`Left over: ${tokens.slice(at).join(' ')} in ${latex}`);
  return value;
}

/** What the last line gives, each line before it having given its variable a value. */
export function valueOfLines(latex: string, given: Values): number {
  const lines = latex
    .replace(/^\\begin\{aligned\}|\\end\{aligned\}$/g, '')
    // Not those between cases.
    .split(/\\\\(?=[^&]*&=)/);
  const values: Record<string, number> = { ...given };
  let last = NaN;
  for (const line of lines) {
    const [, name = '', right = ''] = /^\s*\{?([a-z]'*|f\([^)]*\))\}? &?= (.*?)\s*$/s.exec(line) ?? [];
    last = valueOf(right, values);
    values[name] = last;
  }
  return last;
}
