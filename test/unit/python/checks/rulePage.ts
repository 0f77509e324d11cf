/** What a page of `media/rules` holds. */

export interface Example {
  /** "wrong", "right" and "also right" are held to what they say. */
  readonly kind: string;
  readonly code: string;
  /** Of the fence in the page, from 1. */
  readonly line: number;
}

export interface RulePage {
  readonly title: string;
  readonly sections: readonly string[];
  readonly examples: readonly Example[];
}

export function readRulePage(markdown: string): RulePage {
  const lines = markdown.split('\n');
  const examples: { kind: string; code: string; line: number }[] = [];
  const headings: string[] = [];
  let open: { kind: string; code: string; line: number } | null = null;
  for (const [index, line] of lines.entries()) {
    const fence = /^```(?<language>\w*) ?(?<kind>.*)$/.exec(line)?.groups;
    if (open && fence) open = null;
    else if (open) open.code += `${line}\n`;
    else if (fence) {
      open = { kind: fence['kind']!, code: '', line: index + 1 };
      if (fence['language'] === 'python') examples.push(open);
    } else if (line.startsWith('#')) headings.push(line);
  }
  if (open) throw new Error(`The code that begins in line ${open.line} has no end.`);
  return {
    title: headings[0]?.replace(/^# /, '') ?? '',
    sections: headings.slice(1).map((heading) => heading.replace(/^## /, '')),
    examples,
  };
}
