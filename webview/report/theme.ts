/** Stands in for the editor's themes: the reader's own choice between light and dark. */

/** Names the scheme as the editor does, now and whenever it changes; the colours are in the style sheet. */
export function followScheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const name = (): void => {
    document.body.className = dark.matches ? 'vscode-dark' : 'vscode-light';
  };
  dark.addEventListener('change', name);
  name();
}
